#!/bin/sh
# Seen with go-azure-sdk 0.20260811.1225050 and azidentity 1.15.0, and Go 1.26 on Linux. Needs Go 1.26.5 or later.
#
# go-azure-sdk signs in the Terraform providers of Azure. Its authorizer for managed identities has settings for the
# endpoint, API version and headers of App Service and Azure Container Apps. Their answer tells when the token ends
# in `expires_on` alone: `expires_in` is IMDS's. The authorizer decodes both and uses `expires_in` only. A token
# without it counts as one that never ends, and is sent for as long as the process runs. azidentity renews it.
#
# Seen output:
#   go-azure-sdk, expires_on: still sends the token that has ended, its expiry is zero
#   go-azure-sdk, expires_on and expires_in: asks for another token
#   azidentity, expires_on: asks for another token
set -eu

directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
cd "$directory"
cat > see.go <<'END'
package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
	"github.com/hashicorp/go-azure-sdk/sdk/auth"
	"github.com/hashicorp/go-azure-sdk/sdk/environments"
)

var ctx = context.Background()

// Tokens that live for a second.
func endpoint(more string) (*httptest.Server, *int) {
	given := new(int)
	return httptest.NewServer(http.HandlerFunc(func(writer http.ResponseWriter, _ *http.Request) {
		*given++
		writer.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(writer, `{"access_token": "token%d", "expires_on": "%d", "resource": "https://management.azure.com/",
			"token_type": "Bearer"%s}`, *given, time.Now().Unix()+1, more)
	})), given
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

// Asks for a token, and again when it has ended. Says whether that made a second request.
func renews(name string, given *int, get func() string) bool {
	get()
	time.Sleep(2 * time.Second)
	detail := get()
	if *given == 1 {
		fmt.Printf("%s: still sends the token that has ended%s\n", name, detail)
		return false
	}
	fmt.Printf("%s: asks for another token\n", name)
	return true
}

func goAzureSDK(name, more string) bool {
	server, given := endpoint(more)
	authorizer, err := auth.NewManagedIdentityAuthorizer(ctx, auth.ManagedIdentityAuthorizerOptions{
		Api:                             environments.AzurePublic().ResourceManager,
		CustomManagedIdentityEndpoint:   server.URL,
		CustomManagedIdentityAPIVersion: "2019-08-01",
		CustomManagedIdentityHeaders:    map[string][]string{"X-IDENTITY-HEADER": {"header"}},
	})
	must(err)
	return renews(name, given, func() string {
		token, err := authorizer.Token(ctx, nil)
		must(err)
		if token.Expiry.IsZero() {
			return ", its expiry is zero"
		}
		return ""
	})
}

func ofAzidentity(name string) bool {
	server, given := endpoint("")
	must(os.Setenv("IDENTITY_ENDPOINT", server.URL))
	must(os.Setenv("IDENTITY_HEADER", "header"))
	credential, err := azidentity.NewManagedIdentityCredential(nil)
	must(err)
	return renews(name, given, func() string {
		scopes := []string{"https://management.azure.com//.default"}
		_, err := credential.GetToken(ctx, policy.TokenRequestOptions{Scopes: scopes})
		must(err)
		return ""
	})
}

func main() {
	log.SetOutput(io.Discard)
	without := goAzureSDK("go-azure-sdk, expires_on", "")
	with := goAzureSDK("go-azure-sdk, expires_on and expires_in", `, "expires_in": "1"`)
	other := ofAzidentity("azidentity, expires_on")
	if without || !with || !other {
		os.Exit(1)
	}
}
END
export GOFLAGS=-buildvcs=false
go mod init see 2>/dev/null
go get github.com/hashicorp/go-azure-sdk/sdk@v0.20260811.1225050 \
    github.com/Azure/azure-sdk-for-go/sdk/azidentity@v1.15.0 2>/dev/null
go mod tidy 2>/dev/null
go run .
