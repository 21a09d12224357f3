package wire

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"
)

var errNotJSON = errors.New("the body is not a JSON object")

// A reader reads the tokens of one body. jsontext refuses invalid UTF-8 and repeated names, of
// which encoding/json takes the last in silence. The reader refuses values of another kind
// than its caller expects.
type reader struct{ tokens *jsontext.Decoder }

func (r reader) next() (jsontext.Token, error) {
	token, err := r.tokens.ReadToken()
	if err != nil {
		err = problem(err)
	}
	return token, err
}

// problem returns an error that is written for the sender.
func problem(err error) error {
	var syntax *jsontext.SyntacticError
	if errors.As(err, &syntax) && errors.Is(err, jsontext.ErrDuplicateName) {
		return fmt.Errorf("%q is there twice", syntax.JSONPointer.LastToken())
	}
	return errNotJSON
}

// object calls member with each name, and member has to read the value.
func (r reader) object(what string, member func(name string) error) error {
	token, err := r.next()
	if err != nil {
		return err
	}
	if token.Kind() != '{' {
		return fmt.Errorf("%s is not an object", what)
	}
	for r.tokens.PeekKind() != '}' {
		name, err := r.string("a name")
		if err != nil {
			return err
		}
		if err := member(name); err != nil {
			return err
		}
	}
	_, err = r.next()
	return err
}

// null reads a null, and reports whether there was one.
func (r reader) null() bool {
	if r.tokens.PeekKind() != 'n' {
		return false
	}
	_, err := r.next()
	return err == nil
}

// usual has texts that most reports have, so that they are not copied from each.
var usual = map[string]string{}

func init() {
	for _, text := range append([]string{"cumulative_count", "-1", "0", "1", "2", "linux", "darwin", "windows"}, fields...) {
		usual[text] = text
	}
}

func (r reader) string(what string) (string, error) {
	value, err := r.tokens.ReadValue()
	if err != nil {
		return "", problem(err)
	}
	if value.Kind() != '"' {
		return "", fmt.Errorf("%s is not a string", what)
	}
	inner := value[1 : len(value)-1]
	if text, ok := usual[string(inner)]; ok {
		return text, nil
	}
	if bytes.IndexByte(inner, '\\') < 0 {
		return string(inner), nil
	}
	text, err := jsontext.AppendUnquote(nil, value)
	return string(text), err
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
