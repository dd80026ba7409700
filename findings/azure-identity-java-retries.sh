#!/bin/sh
# Seen with azure-identity 1.18.4 for Java and the msal4j 1.26.1 that it uses, and OpenJDK 17 on Linux.
#
# A ManagedIdentityCredential has the retry options of azure-core: `maxRetry` 3 should make 4 requests where an endpoint
# keeps answering 500, as the same setting does in the libraries for Python, JavaScript and Go. In Java it makes 16. The
# credential hands its pipeline, which retries, to MSAL, which retries what the pipeline gives back: the tries multiply. With
# `maxRetry` 0 the 4 of MSAL remain. Shown with the protocol of App Service, which needs no key file.
#
# Seen output:
#   maxRetry 3: 16 requests
#   maxRetry 1: 8 requests
#   maxRetry 0: 4 requests
set -eu

directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
cd "$directory"
cat > pom.xml <<'END'
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>see</groupId>
  <artifactId>see</artifactId>
  <version>1</version>
  <dependencies>
    <dependency><groupId>com.azure</groupId><artifactId>azure-identity</artifactId><version>1.18.4</version></dependency>
    <dependency><groupId>com.microsoft.azure</groupId><artifactId>msal4j</artifactId><version>1.26.1</version></dependency>
  </dependencies>
</project>
END
cat > See.java <<'END'
import com.azure.core.credential.TokenRequestContext;
import com.azure.core.http.policy.FixedDelayOptions;
import com.azure.core.http.policy.RetryOptions;
import com.azure.identity.ManagedIdentityCredentialBuilder;
import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

class See {
    public static void main(String[] arguments) throws Exception {
        if (arguments.length == 0) {
            // The credential reads the environment, which only another process can have set.
            var asked = new AtomicInteger();
            var server = HttpServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), 0);
            server.createContext("/token", exchange -> {
                asked.incrementAndGet();
                exchange.sendResponseHeaders(500, -1);
                exchange.close();
            });
            server.start();
            var seen = new ArrayList<Integer>();
            for (var retries : List.of(3, 1, 0)) {
                asked.set(0);
                var child = new ProcessBuilder("java", "-cp", System.getProperty("java.class.path"), "See", "" + retries);
                child.redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD);
                child.environment().keySet().removeIf(name -> name.toUpperCase().contains("PROXY"));
                child.environment().put("IDENTITY_ENDPOINT", "http://127.0.0.1:" + server.getAddress().getPort() + "/token");
                child.environment().put("IDENTITY_HEADER", "header");
                child.start().waitFor();
                seen.add(asked.get());
                System.out.println("maxRetry " + retries + ": " + asked.get() + " requests");
            }
            System.exit(seen.equals(List.of(16, 8, 4)) ? 0 : 1);
        }
        var retries = new RetryOptions(new FixedDelayOptions(Integer.parseInt(arguments[0]), Duration.ofMillis(1)));
        var credential = new ManagedIdentityCredentialBuilder().retryOptions(retries).build();
        credential.getTokenSync(new TokenRequestContext().addScopes("https://storage.azure.com/.default"));
    }
}
END
mvn --quiet --batch-mode org.apache.maven.plugins:maven-dependency-plugin:3.6.0:copy-dependencies -DoutputDirectory=lib
javac -proc:none -cp 'lib/*' See.java
java -cp '.:lib/*' See
