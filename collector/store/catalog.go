package store

import (
	"fmt"
	"sync"
)

// A catalog knows which series there are, and so what a new one would add.
type catalog struct {
	mu       sync.RWMutex
	series   map[Key]bool
	versions map[string]map[string]bool // by app
}

func newCatalog() *catalog {
	return &catalog{series: map[Key]bool{}, versions: map[string]map[string]bool{}}
}

// learn adds what a batch has committed.
func (c *catalog) learn(added *catalog) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for key := range added.series {
		c.series[key] = true
	}
	for app, versions := range added.versions {
		for version := range versions {
			c.addVersion(app, version)
		}
	}
}

func (c *catalog) addVersion(app, version string) {
	if c.versions[app] == nil {
		c.versions[app] = map[string]bool{}
	}
	c.versions[app][version] = true
}

func (c *catalog) allApps() []string {
	c.mu.RLock()
	defer c.mu.RUnlock()
	var apps []string
	for app := range c.versions {
		apps = append(apps, app)
	}
	return apps
}

// A view is the catalog and what one batch adds, which only counts once it is
// committed.
type view struct {
	catalog *catalog
	added   *catalog
}

func (c *catalog) view() view { return view{c, newCatalog()} }

// admitVersion returns the version to count a report under, which is Overflow
// for one too many, and refuses a new app when there are too many.
func (v view) admitVersion(app, version string) (string, error) {
	v.catalog.mu.RLock()
	defer v.catalog.mu.RUnlock()
	old, added := v.catalog.versions[app], v.added.versions[app]
	switch {
	case old[version] || added[version]:
		return version, nil
	case old == nil && added == nil && len(v.catalog.versions)+len(v.added.versions) >= MaxApps:
		return "", &Refusal{fmt.Sprintf("more than %d apps report here", MaxApps)}
	case len(old)+len(added) >= MaxVersions:
		version = Overflow
	}
	v.added.addVersion(app, version)
	return version, nil
}

// admit returns the series to count under: the one that is asked for, or where
// there are too many one that all further ones of the app share.
func (v view) admit(key Key) Key {
	v.catalog.mu.RLock()
	defer v.catalog.mu.RUnlock()
	if v.catalog.series[key] || v.added.series[key] {
		return key
	}
	if len(v.catalog.series)+len(v.added.series) >= MaxSeries {
		key.Command, key.CLIVersion = key.App()+" "+Overflow, Overflow
	}
	v.added.series[key] = true
	return key
}
