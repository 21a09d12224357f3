package collector

import (
	"fmt"
	"net/netip"
	"slices"
	"testing"

	"github.com/telemetrygen/telemetrygen/collector/intake"
)

// A visitor is a guest of a test, which only notes that it had to give way.
type visitor struct {
	guest
	name string
	gone *[]string
}

func (v *visitor) end() { *v.gone = append(*v.gone, v.name) }

// TestWhoGivesWay: those of the network that holds most, the oldest first; where all hold the
// same, the oldest of all.
func TestWhoGivesWay(t *testing.T) {
	site := func(text string) intake.Network { return intake.Network{Site: netip.MustParsePrefix(text)} }
	provided := func(n int) intake.Network {
		return intake.Network{Site: netip.MustParsePrefix(fmt.Sprintf("2001:db8:%x::/48", n)), Provider: netip.MustParsePrefix("2001:db8::/32")}
	}
	const room = 100 * guestBytes // and a tenth of it is freed
	for name, test := range map[string]struct {
		come  func(come func(name string, from intake.Network, bytes int))
		whole int
		gone  []string // the first that gave way
		stay  []string
	}{
		"one network holds most": {
			come: func(come func(string, intake.Network, int)) {
				come("other", site("198.51.100.0/24"), guestBytes)
				for i := range 99 {
					come(fmt.Sprint("many", i), site("203.0.113.0/24"), guestBytes)
				}
				come("late", site("192.0.2.0/24"), guestBytes)
			},
			gone: []string{"many0", "many1"}, stay: []string{"other", "late", "many98"},
		},
		"each network holds one": {
			come: func(come func(string, intake.Network, int)) {
				for i := range 100 {
					come(fmt.Sprint("one", i), site(fmt.Sprintf("10.0.%d.0/24", i)), guestBytes)
				}
				come("report", site("192.0.2.0/24"), guestBytes+1_000)
			},
			gone: []string{"one0", "one1"}, stay: []string{"report", "one99"},
		},
		"a few large bodies of one network": {
			come: func(come func(string, intake.Network, int)) {
				for i := range 80 {
					come(fmt.Sprint("one", i), site(fmt.Sprintf("10.0.%d.0/24", i)), guestBytes)
				}
				for i := range 5 {
					come(fmt.Sprint("large", i), site("203.0.113.0/24"), 4*guestBytes)
				}
				come("late", site("192.0.2.0/24"), guestBytes)
			},
			gone: []string{"large0", "large1"}, stay: []string{"late", "one0"},
		},
		"a provider with a network for each": {
			come: func(come func(string, intake.Network, int)) {
				for i := range 60 {
					come(fmt.Sprint("provided", i), provided(i), guestBytes)
				}
				for i := range 40 {
					come(fmt.Sprint("one", i), site(fmt.Sprintf("10.0.%d.0/24", i)), guestBytes)
				}
				come("late", site("192.0.2.0/24"), guestBytes)
			},
			gone: []string{"provided0", "provided1"}, stay: []string{"one0", "late"},
		},
		"reports that wait leave less": {
			come: func(come func(string, intake.Network, int)) {
				for i := range 60 {
					come(fmt.Sprint("one", i), site(fmt.Sprintf("10.0.%d.0/24", i)), guestBytes)
				}
			},
			whole: 50, gone: []string{"one0"}, stay: []string{"one59"},
		},
		"and that is not nothing": {
			come: func(come func(string, intake.Network, int)) {
				for i := range 20 {
					come(fmt.Sprint("one", i), site(fmt.Sprintf("10.0.%d.0/24", i)), guestBytes)
				}
			},
			whole: 1_000, stay: []string{"one0"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			told := 0
			c := newCrowd(room, func() { told++ })
			c.answering(test.whole)
			var all []*visitor
			var gone []string
			test.come(func(name string, from intake.Network, bytes int) {
				v := &visitor{guest: guest{network: from, bytes: bytes / 2}, name: name, gone: &gone}
				v.who = v
				all = append(all, v)
				c.enter(&v.guest)
				c.grow(&v.guest, bytes-bytes/2)
				if c.bytes > room {
					t.Fatalf("%d bytes are held, %d may be", c.bytes, room)
				}
			})
			if len(gone) < len(test.gone) || !slices.Equal(gone[:len(test.gone)], test.gone) || (told > 0) != (len(gone) > 0) {
				t.Errorf("%v gave way, told %d times; want first %v", gone, told, test.gone)
			}
			for _, name := range test.stay {
				if slices.Contains(gone, name) {
					t.Errorf("%s gave way, with %v", name, gone)
				}
			}
			for _, v := range all {
				if c.leave(&v.guest) == slices.Contains(gone, v.name) {
					t.Errorf("%s left, and the crowd had it wrong", v.name)
				}
			}
			if c.bytes != 0 || len(c.there) != 0 {
				t.Errorf("%d bytes of %d guests are held when all are gone", c.bytes, len(c.there))
			}
		})
	}
}
