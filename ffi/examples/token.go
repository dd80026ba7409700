// The program of token.c in Go, through cgo:
//
//	go run token.go
package main

// #cgo LDFLAGS: -larcidentity
// #include <arcidentity.h>
// #include <stdlib.h>
import "C"

import (
	"fmt"
	"os"
	"unsafe"
)

// arcError is why there is no token.
type arcError struct {
	status              int
	name, message, hint string
}

func (e *arcError) Error() string {
	text := e.name + ": " + e.message
	if e.hint != "" {
		text += "\nhint: " + e.hint
	}
	return text
}

// getToken gives a copy of the token in Go's memory, which is not wiped.
func getToken(resource string) (string, *arcError) {
	cResource := C.CString(resource)
	defer C.free(unsafe.Pointer(cResource))

	var token *C.arc_token
	var err *C.arc_error
	status := C.arc_get_token(cResource, &token, &err)
	defer C.arc_token_free(token)
	defer C.arc_error_free(err)

	if status != C.ARC_OK {
		return "", &arcError{
			status:  int(status),
			name:    C.GoString(C.arc_status_name(status)),
			message: C.GoString(C.arc_error_message(err)),
			hint:    C.GoString(C.arc_error_hint(err)),
		}
	}
	return C.GoString(C.arc_token_value(token, nil)), nil
}

func main() {
	token, err := getToken("https://vault.azure.net")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(err.status)
	}
	fmt.Println("Authorization: Bearer", token)
}
