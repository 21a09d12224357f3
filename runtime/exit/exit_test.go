//go:build !notelemetry

package telemetry

import "testing"

// A code is told to the recorder before the process ends, and to nobody where none is registered.
func TestRecorder(t *testing.T) {
	Exiting(1) // nothing is registered yet
	var got [][2]interface{}
	Register(func(code int, last bool) { got = append(got, [2]interface{}{code, last}) })
	defer Register(func(int, bool) {})
	Exiting(2)
	if arg := ExitingWith(3, "an error"); arg != "an error" {
		t.Errorf("ExitingWith returns %v", arg)
	}
	CheckErr(nil) // no error, no end
	record(4, true)
	want := [][2]interface{}{{2, false}, {3, false}, {4, true}}
	if len(got) != len(want) {
		t.Fatalf("recorded %v, want %v", got, want)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("recorded %v, want %v", got[i], want[i])
		}
	}
}
