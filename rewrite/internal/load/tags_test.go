package load

import "testing"

func TestTagsOfGOFLAGSAreAdded(t *testing.T) {
	for _, test := range []struct{ goflags, asked, want string }{
		{"", "", ""},
		{"", "a,b", "a,b"},
		{"-tags=x", "", "x"},
		{"-tags=x", "a", "a,x"},
		{"--tags=x,a -mod=mod", "a", "a,x"},
		{"-mod=vendor '-tags=x y' -v", "a", "a,x,y"},
		{`"-tags=x y"`, "", "x,y"},
		{"-tags=old -tags=new", "", "new"},
		{"-mod=mod", "a", "a"},
		{"-ldflags=-tags=x", "a", "a"},
	} {
		if got := mergedTags(test.goflags, test.asked); got != test.want {
			t.Errorf("GOFLAGS=%q and --tags %q: %q, want %q", test.goflags, test.asked, got, test.want)
		}
	}
}
