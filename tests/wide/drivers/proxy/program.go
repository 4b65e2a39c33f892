package main

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"
)

func main() {
	client := http.Client{Timeout: 20 * time.Second}
	for _, each := range [][3]string{{"GET", "/items/1", ""}, {"POST", "/items", `{"name": "a lamp"}`}, {"GET", "/items/2", ""}} {
		request, err := http.NewRequest(each[0], os.Args[1]+each[1], strings.NewReader(each[2]))
		if err == nil && each[2] != "" {
			request.Header.Set("Content-Type", "application/json")
		}
		answer, err := client.Do(request)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		body, _ := io.ReadAll(answer.Body)
		answer.Body.Close()
		fmt.Println(answer.StatusCode, string(body))
	}
}
