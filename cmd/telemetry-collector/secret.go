package main

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"unicode"
)

// secret reads a secret from TELEMETRY_<name>, or from the file that
// TELEMETRY_<name>_FILE names, as systemd and Docker hand secrets over. White space
// around it, such as the end of its line, is no part of it.
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
		if value = strings.TrimSpace(string(data)); value == "" {
			return "", fmt.Errorf("%s%s_FILE: %s is empty", prefix, name, file)
		}
		return value, nil
	}
	return trimmed(prefix+name, value)
}

// trimmed is the value of a variable without white space around it.
func trimmed(name, value string) (string, error) {
	text := strings.TrimSpace(value)
	if text == "" && value != "" {
		return "", fmt.Errorf("%s is set, and empty", name)
	}
	return text, nil
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
		if token, err = trimmed("PRIVATE_TOKEN", getenv("PRIVATE_TOKEN")); err != nil {
			return "", err
		}
	}
	if strings.ContainsFunc(token, unicode.IsControl) {
		return "", errors.New("PRIVATE_TOKEN is not one line of characters that a request can hold")
	}
	if token != "" && len(token) < minToken {
		return "", fmt.Errorf("PRIVATE_TOKEN has fewer than %d characters; make one with: openssl rand -hex 32", minToken)
	}
	return token, nil
}
