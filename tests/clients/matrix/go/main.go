// Asks Microsoft's clients for Go for tokens; tests/src/bin/client-bench/program.rs tells how.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
	"github.com/AzureAD/microsoft-authentication-library-for-go/apps/managedidentity"
)

type question struct {
	Client, Resource string
	Identity         *string
}

type outcome struct {
	Outcome string `json:"outcome"`
	Text    string `json:"text"`
}

func ofAzidentity(resource string, identity *string) (string, error) {
	options := azidentity.ManagedIdentityCredentialOptions{}
	// Each try follows the one before at once.
	options.Retry.RetryDelay = time.Millisecond
	if identity != nil {
		options.ID = azidentity.ClientID(*identity)
	}
	credential, err := azidentity.NewManagedIdentityCredential(&options)
	if err != nil {
		return "", err
	}
	scopes := []string{resource + "/.default"}
	token, err := credential.GetToken(context.Background(), policy.TokenRequestOptions{Scopes: scopes})
	return token.Token, err
}

func ofMSAL(resource string, identity *string) (string, error) {
	var id managedidentity.ID = managedidentity.SystemAssigned()
	if identity != nil {
		id = managedidentity.UserAssignedClientID(*identity)
	}
	client, err := managedidentity.New(id)
	if err != nil {
		return "", err
	}
	result, err := client.AcquireToken(context.Background(), resource)
	return result.AccessToken, err
}

var clients = map[string]func(string, *string) (string, error){
	"azidentity":  ofAzidentity,
	"MSAL for Go": ofMSAL,
}

func ask(question question) outcome {
	token, err := clients[question.Client](question.Resource, question.Identity)
	if err != nil {
		return outcome{fmt.Sprintf("%T", err), err.Error()}
	}
	return outcome{"token", token}
}

func main() {
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		var question question
		if err := json.Unmarshal(lines.Bytes(), &question); err != nil {
			panic(err)
		}
		answer, _ := json.Marshal(ask(question))
		fmt.Println(string(answer))
	}
}
