package dashboard

import "fmt"

// A comparison is the section that says what a release made worse.
type comparison struct {
	From, To, Note string
	Rows           []comparedRow
}

type comparedRow struct{ Name, Before, After, Difference string }

func newComparison(c *Comparison) *comparison {
	if c == nil {
		return nil
	}
	out := &comparison{From: printable(c.From), To: printable(c.To)}
	out.Note = fmt.Sprintf("Nothing beyond chance, against %s, in %s.", out.From, plural(int64(c.Commands), "command", "commands"))
	if len(c.Worse) > 0 {
		out.Note = fmt.Sprintf("Installs that failed at their first use of the command in the version, of those that used it. Beyond chance, of %s.", plural(int64(c.Commands), "command", "commands"))
	}
	for _, one := range c.Worse {
		out.Rows = append(out.Rows, comparedRow{
			Name:       printable(one.Path),
			Before:     withCounts(one.FromFailed, one.FromInstalls),
			After:      withCounts(one.ToFailed, one.ToInstalls),
			Difference: fmt.Sprintf("%+.0f to %+.0f points", 100*one.Low, 100*one.High),
		})
	}
	return out
}

// withCounts is a share with the counts that it rests on.
func withCounts(part, whole int64) string {
	return fmt.Sprintf("%s (%s of %s)", percent(part, whole), count(part), count(whole))
}
