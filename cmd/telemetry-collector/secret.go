package main

import (
	"fmt"
	"os"
	"strings"
)

// secret reads a secret from TELEMETRY_<name>, or from the file that
// TELEMETRY_<name>_FILE names, as systemd and Docker hand secrets over.
func (getenv environment) secret(name string) (string, error) {
	value, file := getenv(prefix+name), getenv(prefix+name+"_FILE")
	switch {
	case value != "" && file != "":
		return "", fmt.Errorf("%s%s and %[1]s%[2]s_FILE are both set", prefix, name)
	case file != "":
		data, err := os.ReadFile(file)
		if err != nil {
			return "", fmt.Errorf("%s%s_FILE: %w", prefix, name, err)
		}
		if value = strings.TrimRight(string(data), "\r\n"); value == "" {
			return "", fmt.Errorf("%s%s_FILE: %s is empty", prefix, name, file)
		}
	}
	return value, nil
}

// minToken is how long the private side's token has to be, in bytes: guessing is
// then hopeless at any rate.
const minToken = 16

// privateToken reads the token of the private side, which may also stand in
// PRIVATE_TOKEN.
func (getenv environment) privateToken() (string, error) {
	token, err := getenv.secret("PRIVATE_TOKEN")
	if err != nil {
		return "", err
	}
	if token == "" {
		token = getenv("PRIVATE_TOKEN")
	}
	if token != "" && len(token) < minToken {
		return "", fmt.Errorf("PRIVATE_TOKEN has fewer than %d characters; make one with: openssl rand -hex 32", minToken)
	}
	return token, nil
}
