package wire

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
)

// A scanner reads the little of JSON that a report consists of: objects,
// strings, null and whole numbers. It reads one member at a time, so that the
// decoder sees a field that is there twice, of which encoding/json would take the
// last in silence; and a collector spends most of its time here.
type scanner struct {
	text []byte
	at   int
}

var errNotJSON = errors.New("the body is not a JSON object")

// next returns the next byte that is not white space, and 0 at the end.
func (s *scanner) next() byte {
	for ; s.at < len(s.text); s.at++ {
		switch c := s.text[s.at]; c {
		case ' ', '\t', '\r', '\n':
		default:
			return c
		}
	}
	return 0
}

// object calls member with each key; member reads the value.
func (s *scanner) object(what string, member func(key string) error) error {
	if s.next() != '{' {
		if s.next() == 0 {
			return errNotJSON
		}
		return fmt.Errorf("%s is not an object", what)
	}
	s.at++
	if s.next() == '}' {
		s.at++
		return nil
	}
	for {
		key, err := s.string("a key of " + what)
		if err != nil {
			return err
		}
		if s.next() != ':' {
			return errNotJSON
		}
		s.at++
		if err := member(key); err != nil {
			return err
		}
		switch s.next() {
		case ',':
			s.at++
		case '}':
			s.at++
			return nil
		default:
			return errNotJSON
		}
	}
}

// null reads null if it is there.
func (s *scanner) null() bool {
	if s.next() != 'n' || len(s.text)-s.at < 4 || string(s.text[s.at:s.at+4]) != "null" {
		return false
	}
	s.at += 4
	return true
}

// string leaves what has escapes to encoding/json.
func (s *scanner) string(what string) (string, error) {
	if s.next() != '"' {
		if s.next() == 0 {
			return "", errNotJSON
		}
		return "", fmt.Errorf("%s is not a string", what)
	}
	start, escapes := s.at, false
	for s.at++; s.at < len(s.text); s.at++ {
		switch c := s.text[s.at]; {
		case c < ' ':
			return "", errNotJSON
		case c == '\\':
			escapes = true
			s.at++
		case c == '"':
			s.at++
			if !escapes {
				return string(s.text[start+1 : s.at-1]), nil
			}
			var text string
			if err := json.Unmarshal(s.text[start:s.at], &text); err != nil {
				return "", errNotJSON
			}
			return text, nil
		}
	}
	return "", errNotJSON
}

// number reads a whole number from 0 to most.
func (s *scanner) number(what string, most uint64) (uint64, error) {
	s.next()
	start := s.at
	for s.at < len(s.text) && s.text[s.at] >= '0' && s.text[s.at] <= '9' {
		s.at++
	}
	digits := string(s.text[start:s.at])
	value, err := strconv.ParseUint(digits, 10, 64)
	if c := s.next(); err != nil || value > most || len(digits) > 1 && digits[0] == '0' || c != ',' && c != '}' {
		return 0, fmt.Errorf("%s is not a whole number from 0 to %d", what, most)
	}
	return value, nil
}
