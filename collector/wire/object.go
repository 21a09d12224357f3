package wire

import (
	"errors"
	"fmt"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"
)

var errNotJSON = errors.New("the body is not a JSON object")

// A reader takes the tokens of one body. jsontext refuses names that are there
// twice, of which encoding/json would take the last in silence, and invalid
// UTF-8; the reader refuses values of another kind than its caller expects.
type reader struct{ tokens *jsontext.Decoder }

// next reads a token; its error is meant for the sender.
func (r reader) next() (jsontext.Token, error) {
	token, err := r.tokens.ReadToken()
	if err == nil {
		return token, nil
	}
	var syntax *jsontext.SyntacticError
	if errors.As(err, &syntax) && errors.Is(err, jsontext.ErrDuplicateName) {
		return token, fmt.Errorf("%q is there twice", syntax.JSONPointer.LastToken())
	}
	return token, errNotJSON
}

// object calls member with each name; member reads the value.
func (r reader) object(what string, member func(name string) error) error {
	token, err := r.next()
	if err != nil {
		return err
	}
	if token.Kind() != '{' {
		return fmt.Errorf("%s is not an object", what)
	}
	for {
		token, err := r.next()
		if err != nil {
			return err
		}
		if token.Kind() == '}' {
			return nil
		}
		if err := member(token.String()); err != nil {
			return err
		}
	}
}

// null reads null if it is there.
func (r reader) null() bool {
	if r.tokens.PeekKind() != 'n' {
		return false
	}
	_, err := r.next()
	return err == nil
}

func (r reader) string(what string) (string, error) {
	token, err := r.next()
	if err != nil {
		return "", err
	}
	if token.Kind() != '"' {
		return "", fmt.Errorf("%s is not a string", what)
	}
	return token.String(), nil
}

// number reads a whole number from 0 to most, without exponent or fraction.
func (r reader) number(what string, most uint64) (uint64, error) {
	text, err := r.tokens.ReadValue()
	if err != nil {
		return 0, errNotJSON
	}
	value, err := strconv.ParseUint(string(text), 10, 64)
	if err != nil || value > most {
		return 0, fmt.Errorf("%s is not a whole number from 0 to %d", what, most)
	}
	return value, nil
}
