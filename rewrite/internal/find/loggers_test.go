package find

import "testing"

// TestFilesWithALoggerAreLookedAt: a row in loggers is all that a new one needs.
func TestFilesWithALoggerAreLookedAt(t *testing.T) {
	for _, l := range loggers {
		for _, name := range l.names {
			if !wanted([]byte("log." + name + "(err)")) {
				t.Errorf("a file that calls %s of %s is not looked at", name, l.path)
			}
		}
	}
	if wanted([]byte("package p\n\nfunc f() { log.Print(err) }\n")) {
		t.Error("a file that only logs is looked at")
	}
}

// TestMajorVersionsAreOneLogger looks functions up as the type checker names them.
func TestMajorVersionsAreOneLogger(t *testing.T) {
	for _, test := range []struct {
		path, recv, name string
		code             int
	}{
		{"log", "", "Fatal", 1}, {"log", "Logger", "Fatalf", 1}, {"k8s.io/klog/v2", "", "Fatal", 255}, {"k8s.io/klog", "", "Exitf", 1},
		{"github.com/golang/glog", "", "Fatal", 2}, {"github.com/caarlos0/log", "Entry", "Fatal", 1}, {"log", "", "Print", 0}, {"example.com/log", "", "Fatal", 0}, {"log", "Other", "Fatal", 0},
	} {
		code, ok := fatalLogger(test.path, test.recv, test.name)
		if code != test.code || ok != (test.code != 0) {
			t.Errorf("%v: %d, %v", test, code, ok)
		}
	}
}
