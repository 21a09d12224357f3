package load

import (
	"context"
	"testing"
)

func TestTagsOfGOFLAGSAreAdded(t *testing.T) {
	for _, test := range []struct{ goflags, asked, want string }{
		{"", "", ""},
		{"", "a,b", "a,b"},
		{"-tags=x", "", "x"},
		{"-tags=x", "a", "a,x"},
		{"--tags=x,a -mod=mod", "a", "a,x"},
		{"'-tags=x y' -v", "a", "a,x,y"},
		{"-tags=old -tags=new", "", "new"},
		{"-ldflags=-tags=x", "a", "a"},
		{"-nosuchflag", "a", "a"},
	} {
		t.Setenv("GOFLAGS", test.goflags)
		if got := Tags(context.Background(), t.TempDir(), test.asked); got != test.want {
			t.Errorf("GOFLAGS=%q and --tags %q: %q, want %q", test.goflags, test.asked, got, test.want)
		}
	}
}
