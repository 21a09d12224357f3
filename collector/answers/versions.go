package answers

import (
	"context"
	"time"

	"github.com/telemetrygen/telemetrygen/collector/store"
)

// ActiveDays is how long an install counts as active after its last report.
const ActiveDays = store.ActiveDays

// Versions says how fast releases are taken up.
type Versions struct {
	Period
	Versions []VersionUse  `json:"versions"` // releases first, newest first
	Days     []AdoptionDay `json:"days"`
}

// A VersionUse is one version.
type VersionUse struct {
	Name       string `json:"version"`
	Registered Day    `json:"registered"` // when the release was registered, or null
	First      Day    `json:"first"`      // when it was first reported, or null
	Figures
	Active       int64   `json:"active"`        // installs whose latest report, in the 30 days that end with the period, was of it
	ActiveBefore *int64  `json:"active_before"` // the same on the day before the period; nil if that is not kept
	Share        float64 `json:"share"`         // of all such installs
	DaysToHalf   *int    `json:"days_to_half"`  // from its release until half of them had it or a newer one; null: not yet, or it is not known

	release bool
	taken   bool // by half, before the first day that is looked at
}

// NotYet reports whether it is known that fewer than half have ever had it or a newer one.
func (v VersionUse) NotYet() bool { return v.release && !v.taken && v.DaysToHalf == nil }

// Released is the day of the release. What is no release has none.
func (v VersionUse) Released() Day {
	if !v.release {
		return Day{}
	}
	return dayOf(released(v.Registered.Time, v.First.Time))
}

// released is when a release came out: when it was registered, or on the day on which it was
// first reported, if it was registered on a later one or not at all.
func released(registered, first time.Time) time.Time {
	if registered.IsZero() || !first.IsZero() && first.Before(dayOf(registered).Time) {
		return first
	}
	return registered
}

// releasesFirst returns versions with those first that are a release, and how many
// those are, each part newest first as before. A release was registered, or enough
// installs reported it: what a stranger invents, or somebody builds on the way to a
// release, has few, and as the newest of all would stand for what the others have.
func releasesFirst(versions []store.Version) (ordered []store.Version, releases int) {
	var most int64
	for _, v := range versions {
		if isRelease(v.Name) {
			most = max(most, v.Installs)
		}
	}
	var others []store.Version
	for _, v := range versions {
		if isRelease(v.Name) && (!v.Registered.IsZero() || v.Installs >= min(FewestInstalls, most/10)) {
			ordered = append(ordered, v)
		} else {
			others = append(others, v)
		}
	}
	return append(ordered, others...), len(ordered)
}

// isRelease is false of the names that stand for several versions.
func isRelease(version string) bool {
	return version != "" && version[0] != '(' && version != "unknown"
}

// An AdoptionDay has the active installs of one day by the version of their latest report.
type AdoptionDay struct {
	Date     Day              `json:"date"`
	Active   int64            `json:"active"`
	Versions map[string]int64 `json:"versions"`
}

// Active returns the active installs of all versions at the end of the period.
func (v Versions) Active() (all int64) {
	for _, one := range v.Versions {
		all += one.Active
	}
	return all
}

// AskVersions counts the installs of each version. It ignores q.Version and q.Command.
func AskVersions(ctx context.Context, s Store, q Question) (Versions, error) {
	q.Version, q.Command = "", ""
	a := Versions{Period: q.about(), Versions: []VersionUse{}, Days: []AdoptionDay{}}
	known, err := s.Versions(ctx, q.App)
	if err != nil {
		return a, err
	}
	all, releases := releasesFirst(known)
	rows, err := s.ByVersion(ctx, q.selection())
	if err != nil {
		return a, err
	}
	sums := map[string]store.Sums{}
	for _, row := range rows {
		sums[row.Name] = row.Sums
	}
	adoption, err := adoption(ctx, s, q, all)
	if err != nil {
		return a, err
	}
	var last, before AdoptionDay
	for _, day := range adoption {
		switch {
		case day.Date.Before(q.Since):
			before = day
		case !day.Date.After(q.Until):
			a.Days = append(a.Days, day)
			last = day
		}
	}
	for i, v := range all {
		use := VersionUse{Name: v.Name, release: i < releases, Registered: dayOf(v.Registered), First: Day{v.First}, Figures: figures(sums[v.Name]), Active: last.Versions[v.Name]}
		if had := before.Versions[v.Name]; q.Since.After(q.kept) {
			use.ActiveBefore = &had
		}
		if last.Active > 0 {
			use.Share = float64(use.Active) / float64(last.Active)
		}
		a.Versions = append(a.Versions, use)
	}
	daysToHalf(a.Versions, adoption)
	return a, nil
}

// adoption returns every day since the oldest release that is still remembered, or since the
// day before the period.
func adoption(ctx context.Context, s Store, q Question, versions []store.Version) ([]AdoptionDay, error) {
	q.Since = q.Since.AddDate(0, 0, -1)
	for _, v := range versions {
		if !v.First.IsZero() && v.First.Before(q.Since) {
			q.Since = v.First
		}
		if !v.Registered.IsZero() && v.Registered.Before(q.Since) {
			q.Since = dayOf(v.Registered).Time
		}
	}
	if oldest := q.Until.AddDate(0, 0, -CompareDays); q.Since.Before(oldest) && q.Days <= CompareDays {
		q.Since = oldest
	}
	q.Since = later(q.Since, q.kept)
	q.Days = int(q.Until.Sub(q.Since).Hours()/24) + 1
	byVersion, err := s.Adoption(ctx, q.selection(), ActiveDays)
	if err != nil {
		return nil, err
	}
	list := make([]AdoptionDay, q.Days)
	for i := range list {
		list[i] = AdoptionDay{Date: Day{q.Since.AddDate(0, 0, i)}, Versions: map[string]int64{}}
	}
	for version, days := range byVersion {
		for _, day := range days {
			at := int(day.Date.Sub(q.Since).Hours() / 24)
			if at >= 0 && at < len(list) && day.Installs > 0 {
				list[at].Versions[version] += day.Installs
				list[at].Active += day.Installs
			}
		}
	}
	return list, nil
}

// daysToHalf counts, for each of the versions, in their order, the days from its
// release until half of the active installs had it or a newer one: a release that
// a better one soon replaces is taken up, too. If they had it on the first of the days, which
// came after the release, it is not known since when.
func daysToHalf(versions []VersionUse, days []AdoptionDay) {
	for n, day := range days {
		var have int64
		for i := range versions {
			v := &versions[i]
			have += day.Versions[v.Name]
			at := v.Released()
			if v.DaysToHalf != nil || v.taken || day.Active == 0 || 2*have < day.Active || at.IsZero() || day.Date.Before(at.Time) {
				continue
			}
			if v.taken = n == 0 && at.Before(day.Date.Time); !v.taken {
				after := int(day.Date.Sub(at.Time).Hours() / 24)
				v.DaysToHalf = &after
			}
		}
	}
}
