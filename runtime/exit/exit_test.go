//go:build !notelemetry

package telemetry

import "testing"

// Codes and roots are told to the runtime that is registered, and to nobody where none is.
func TestRegister(t *testing.T) {
	Exiting(1) // nothing is registered yet
	Track("early")
	var got [][2]interface{}
	Register(
		func(code int, last bool) { got = append(got, [2]interface{}{code, last}) },
		func(root interface{}) { got = append(got, [2]interface{}{root, false}) })
	defer Register(func(int, bool) {}, func(interface{}) {})
	Track("root")
	Exiting(2)
	if arg := ExitingWith(3, "an error"); arg != "an error" {
		t.Errorf("ExitingWith returns %v", arg)
	}
	if ExitingIf(5, nil) != nil || ExitingIf(5, "an error") != "an error" {
		t.Error("ExitingIf does not return its argument")
	}
	recorder.Load().(func(int, bool))(4, true) // as Exit does
	want := [][2]interface{}{{"root", false}, {2, false}, {3, false}, {5, false}, {4, true}}
	if len(got) != len(want) {
		t.Fatalf("recorded %v, want %v", got, want)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("recorded %v, want %v", got[i], want[i])
		}
	}
}
