// Asks Microsoft's clients for Java for tokens; tests/src/bin/client-bench/program.rs tells how.

import com.azure.core.credential.TokenRequestContext;
import com.azure.core.http.policy.FixedDelayOptions;
import com.azure.core.http.policy.RetryOptions;
import com.azure.identity.ManagedIdentityCredentialBuilder;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.microsoft.aad.msal4j.ManagedIdentityApplication;
import com.microsoft.aad.msal4j.ManagedIdentityId;
import com.microsoft.aad.msal4j.ManagedIdentityParameters;
import java.time.Duration;
import java.util.Map;
import java.util.Scanner;
import java.util.concurrent.ExecutionException;

final class Clients {
    interface Client {
        String ask(String resource, String identity) throws Exception;
    }

    // Each try follows the one before at once.
    private static final RetryOptions AT_ONCE = new RetryOptions(new FixedDelayOptions(3, Duration.ofMillis(1)));

    private static final Map<String, Client> CLIENTS =
        Map.of("azure-identity for Java", Clients::ofAzureIdentity, "MSAL for Java", Clients::ofMsal);

    private static String ofAzureIdentity(String resource, String identity) {
        var credential = new ManagedIdentityCredentialBuilder().retryOptions(AT_ONCE).clientId(identity).build();
        return credential.getTokenSync(new TokenRequestContext().addScopes(resource + "/.default")).getToken();
    }

    private static String ofMsal(String resource, String identity) throws Exception {
        var id = identity == null
            ? ManagedIdentityId.systemAssigned()
            : ManagedIdentityId.userAssignedClientId(identity);
        var application = ManagedIdentityApplication.builder(id).build();
        var parameters = ManagedIdentityParameters.builder(resource).build();
        return application.acquireTokenForManagedIdentity(parameters).get().accessToken();
    }

    private static Map<String, String> ask(JsonNode question) {
        var client = CLIENTS.get(question.get("client").asText());
        var resource = question.get("resource").asText();
        var identity = question.get("identity").textValue();
        try {
            return Map.of("outcome", "token", "text", client.ask(resource, identity));
        } catch (Exception error) {
            var cause = error instanceof ExecutionException ? error.getCause() : error;
            return Map.of("outcome", cause.getClass().getSimpleName(), "text", String.valueOf(cause.getMessage()));
        }
    }

    public static void main(String[] arguments) throws Exception {
        var json = new ObjectMapper();
        var lines = new Scanner(System.in);
        while (lines.hasNextLine()) {
            System.out.println(json.writeValueAsString(ask(json.readTree(lines.nextLine()))));
        }
    }
}
