package answers

import "testing"

func TestCommands(t *testing.T) {
	s := small(t)
	for raw, want := range map[string]string{
		"app=pace":                                   "22/9/0 10/9 before 36/0/0 12/0: pace get 10/0/0 10/0 before 24/0/0 12/0; pace set 10/9/0 10/9 before 12/0/0 12/0; pace new 2/0/0 2/0 before 0/0/0 0/0; ",
		"app=pace&system=darwin":                     "4/2/0 2/2 before 12/0/0 4/0: pace get 2/0/0 2/0 before 8/0/0 4/0; pace set 2/2/0 2/2 before 4/0/0 4/0; ",
		"app=pace&version=v1.0.0":                    "0/0/0 0/0 before 36/0/0 ?: ",
		"app=pace&version=v1.1.0":                    "22/9/0 10/9 before 0/0/0 ?: pace get 10/0/0 10/0 before 0/0/0 ?; pace set 10/9/0 10/9 before 0/0/0 ?; pace new 2/0/0 2/0 before 0/0/0 ?; ",
		"app=pace&days=365":                          "58/9/0 12/9 before 0/0/0 0/0: pace get 34/0/0 12/0 before 0/0/0 0/0; pace set 22/9/0 12/9 before 0/0/0 0/0; pace new 2/0/0 2/0 before 0/0/0 0/0; ",
		"app=pace&since=2026-10-14&until=2026-10-16": "36/0/0 ? before 0/0/0 ?: pace get 24/0/0 ? before 0/0/0 ?; pace set 12/0/0 ? before 0/0/0 ?; ",
		"app=other":                                  "4/0/4 1/0 before 0/0/0 0/0: other run 4/0/4 1/0 before 0/0/0 0/0; ",
	} {
		a, err := AskCommands(t.Context(), s, asked(t, s, raw))
		if err != nil {
			t.Fatal(err)
		}
		got := a.Total.text() + " before " + a.Before.text() + ": "
		for _, c := range a.Commands {
			got += c.Path + " " + c.text() + " before " + c.Before.text() + "; "
		}
		equal(t, raw, got, want)
	}
}
