#!/bin/sh
# Seen with azure-identity 1.18.4 for Java and the msal4j 1.26.1 that it uses, and OpenJDK 17 on Linux.
#
# The agent of Azure Arc knows user-assigned identities since version 1.67. In the libraries for Python, JavaScript and Go a
# ManagedIdentityCredential with a client id asks the agent for one. In Java it refuses by itself, without a request, though
# MSAL, through which it asks for all tokens, does ask: with the same dependency one of two ways works.
#
# Seen output:
#   azure-identity: 0 requests, User-assigned managed identity is not supported in AZURE_ARC
#   MSAL: asks for client_id=11111111-1111-4111-8111-111111111111
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
import com.azure.identity.ManagedIdentityCredentialBuilder;
import com.microsoft.aad.msal4j.ManagedIdentityApplication;
import com.microsoft.aad.msal4j.ManagedIdentityId;
import com.microsoft.aad.msal4j.ManagedIdentityParameters;
import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

class See {
    static final String ID = "11111111-1111-4111-8111-111111111111";
    static final String RESOURCE = "https://storage.azure.com";
    static final String REFUSED = "User-assigned managed identity is not supported in AZURE_ARC";

    public static void main(String[] arguments) throws Exception {
        if (arguments.length > 0) {
            ask(arguments[0]);
            return;
        }
        // The clients read the environment, which only another process can have set.
        var asked = new CopyOnWriteArrayList<String>();
        var server = HttpServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), 0);
        server.createContext("/", exchange -> {
            asked.add(exchange.getRequestURI().getQuery());
            // As an agent without this identity, before any challenge.
            var body = "{\"error\":\"identity_not_found\",\"error_description\":\"not found\",\"error_codes\":[404]}".getBytes();
            exchange.sendResponseHeaders(404, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
        var base = "http://127.0.0.1:" + server.getAddress().getPort();
        var refused = run("azure-identity", base).contains(REFUSED) && asked.isEmpty();
        System.out.println("azure-identity: " + asked.size() + " requests" + (refused ? ", " + REFUSED : ""));
        run("MSAL", base);
        var asks = !asked.isEmpty() && List.of(asked.get(0).split("&")).contains("client_id=" + ID);
        System.out.println("MSAL: " + (asks ? "asks for client_id=" + ID : "does not ask"));
        System.exit(refused && asks ? 0 : 1);
    }

    static String run(String client, String base) throws Exception {
        var child = new ProcessBuilder("java", "-cp", System.getProperty("java.class.path"), "See", client);
        child.environment().keySet().removeIf(name -> name.toUpperCase().contains("PROXY"));
        child.environment().remove("IDENTITY_HEADER");
        child.environment().put("IDENTITY_ENDPOINT", base + "/metadata/identity/oauth2/token");
        child.environment().put("IMDS_ENDPOINT", base);
        return new String(child.redirectErrorStream(true).start().getInputStream().readAllBytes());
    }

    static void ask(String client) throws Exception {
        if (client.equals("MSAL")) {
            var application = ManagedIdentityApplication.builder(ManagedIdentityId.userAssignedClientId(ID)).build();
            application.acquireTokenForManagedIdentity(ManagedIdentityParameters.builder(RESOURCE).build()).get();
        } else {
            var credential = new ManagedIdentityCredentialBuilder().clientId(ID).build();
            credential.getTokenSync(new TokenRequestContext().addScopes(RESOURCE + "/.default"));
        }
    }
}
END
mvn --quiet --batch-mode org.apache.maven.plugins:maven-dependency-plugin:3.6.0:copy-dependencies -DoutputDirectory=lib
javac -proc:none -cp 'lib/*' See.java
java -cp '.:lib/*' See
