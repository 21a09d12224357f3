package form

import "testing"

func TestKeeper(t *testing.T) {
	keeper := KeeperText("os.Exit", "\n")
	testForm(t, "keeper", []roundTrip{
		{name: "behind the imports", before: "func f() {}\n", after: keeper[1:] + "\nfunc f() {}\n"},
		{name: "the author's own", before: "var _ = os.Exit // one\n", after: keeper[1:] + "\nvar _ = os.Exit // one\n"},
	})
}
