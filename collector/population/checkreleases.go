package population

import (
	"fmt"
	"net/url"
	"slices"
)

func (c *check) unused(today int) {
	var got struct {
		Release  string
		Commands []struct {
			Command            string
			Hidden, Deprecated bool
			Group              bool
			Listed, Last       *string
		}
	}
	if !c.ask("unused", url.Values{"days": {"90"}}, &got) {
		return
	}
	used := c.p.ByCommand(Choice{Since: today - 89, Until: today})
	type unused struct {
		path                      string
		hidden, deprecated, group bool
		listed, last              string
	}
	want, list := []string{}, []string{}
	for _, command := range Listed(len(c.p.Releases) - 1) {
		if used[command.Path].Runs == 0 {
			last := ""
			if day := c.p.LastUse(command.Path); day >= 0 {
				last = c.date(day)
			}
			want = append(want, fmt.Sprint(unused{command.Path, command.Hidden, command.Deprecated, IsGroup(command.Path), c.date(c.p.Releases[since(command.Path)].Day), last}))
		}
	}
	for _, one := range got.Commands {
		last := ""
		if one.Last != nil {
			last = *one.Last
		}
		listed := ""
		if one.Listed != nil {
			listed = *one.Listed
		}
		list = append(list, fmt.Sprint(unused{one.Command, one.Hidden, one.Deprecated, one.Group, listed, last}))
	}
	slices.Sort(want)
	slices.Sort(list)
	c.equal("unused in "+got.Release, list, want)
}

// since is the release that first lists a command: of a plan with fewer releases
// than the CLI's own story, those after the last bring nothing.
func since(path string) int {
	for _, c := range Commands {
		if c.Path == path {
			return c.Since
		}
	}
	return 0
}

func (c *check) releases() {
	var got struct {
		Releases []struct {
			Version, Registered string
			Commands            int
			Added, Removed      []string
			Codes               []struct {
				Code  int `json:"exit_code"`
				Names []string
			} `json:"exit_codes"`
		}
	}
	if !c.ask("releases", url.Values{}, &got) {
		return
	}
	c.equal("releases", len(got.Releases), len(c.p.Releases))
	for i, one := range got.Releases {
		n := len(c.p.Releases) - 1 - i
		added := []string{}
		for _, command := range Commands {
			if n > 0 && command.Since == n {
				added = append(added, command.Path)
			}
		}
		release := c.p.Releases[n]
		c.equal("release "+release.Version, []any{one.Version, one.Registered, one.Commands, one.Added, one.Removed, len(one.Codes)},
			[]any{release.Version, c.date(release.Day), len(Listed(n)), added, []string{}, len(ExitCodes)})
		for i, code := range one.Codes {
			c.equal("exit codes of "+release.Version, []any{code.Code, code.Names}, []any{ExitCodes[i].Code, ExitCodes[i].Names})
		}
	}
}
