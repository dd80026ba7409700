#!/bin/sh
# Seen with azidentity 1.15.0 and MSAL for Go 1.10.1, which it uses, and Go 1.26 on Linux. Needs Go 1.25 or later.
#
# An endpoint for managed identities says in its answer why it gives no token, and the error of ManagedIdentityCredential has
# that answer where the endpoint is App Service's. Where it is the agent of Azure Arc, which refuses some requests before its
# challenge, the error has the status alone: "expected a 401 response, received 403". So it is for MSAL too.
#
# Seen output:
#   azidentity, App Service: the reason is told
#   MSAL, App Service: the reason is told
#   azidentity, Azure Arc: the reason is lost: ... expected a 401 response, received 403 ...
#   MSAL, Azure Arc: the reason is lost: expected a 401 response, received 403
set -eu

directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
cd "$directory"
cat > see.go <<'END'
package main

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
	"github.com/AzureAD/microsoft-authentication-library-for-go/apps/managedidentity"
)

const reason = "this machine may have no token"

func ofAzidentity() error {
	credential, err := azidentity.NewManagedIdentityCredential(nil)
	if err != nil {
		return err
	}
	scopes := []string{"https://storage.azure.com/.default"}
	_, err = credential.GetToken(context.Background(), policy.TokenRequestOptions{Scopes: scopes})
	return err
}

func ofMSAL() error {
	client, err := managedidentity.New(managedidentity.SystemAssigned())
	if err != nil {
		return err
	}
	_, err = client.AcquireToken(context.Background(), "https://storage.azure.com")
	return err
}

func main() {
	server := httptest.NewServer(http.HandlerFunc(func(writer http.ResponseWriter, _ *http.Request) {
		writer.Header().Set("Content-Type", "application/json")
		writer.WriteHeader(http.StatusForbidden)
		fmt.Fprintf(writer, `{"error": "forbidden", "error_description": "%s"}`, reason)
	}))
	seen := ""
	for _, host := range []struct{ name, variable, value string }{
		{"App Service", "IDENTITY_HEADER", "header"},
		{"Azure Arc", "IMDS_ENDPOINT", server.URL},
	} {
		os.Unsetenv("IDENTITY_HEADER")
		os.Unsetenv("IMDS_ENDPOINT")
		os.Setenv("IDENTITY_ENDPOINT", server.URL+"/metadata/identity/oauth2/token")
		os.Setenv(host.variable, host.value)
		for _, client := range []struct {
			name string
			ask  func() error
		}{{"azidentity", ofAzidentity}, {"MSAL", ofMSAL}} {
			message := client.ask().Error()
			if strings.Contains(message, reason) {
				seen += "told "
				fmt.Printf("%s, %s: the reason is told\n", client.name, host.name)
			} else {
				seen += "lost "
				fmt.Printf("%s, %s: the reason is lost: %s\n", client.name, host.name, message)
			}
		}
	}
	if seen != "told told lost lost " {
		os.Exit(1)
	}
}
END
export GOFLAGS=-buildvcs=false
go mod init see 2>/dev/null
go get github.com/Azure/azure-sdk-for-go/sdk/azidentity@v1.15.0 \
    github.com/AzureAD/microsoft-authentication-library-for-go@v1.10.1 2>/dev/null
go mod tidy 2>/dev/null
go run .
