// Package grafana_test holds the dashboard against Grafana's rules and its
// queries against a real Prometheus.
package grafana_test

import (
	"bytes"
	"encoding/json"
	"os"
	"slices"
	"testing"
)

// A dashboard is what the tests read of Grafana's dashboard model.
type dashboard struct {
	UID           string `json:"uid"`
	Title         string `json:"title"`
	SchemaVersion int    `json:"schemaVersion"`
	Templating    struct {
		List []variable `json:"list"`
	} `json:"templating"`
	Panels []panel `json:"panels"`
}

type variable struct {
	Name       string          `json:"name"`
	Type       string          `json:"type"`
	Query      json.RawMessage `json:"query"` // text for a datasource, an object for a query
	Datasource source          `json:"datasource"`
	Multi      bool            `json:"multi"`
	IncludeAll bool            `json:"includeAll"`
	AllValue   string          `json:"allValue"`
}

type source struct {
	Type string `json:"type"`
	UID  string `json:"uid"`
}

type panel struct {
	ID          int    `json:"id"`
	Type        string `json:"type"`
	Title       string `json:"title"`
	Description string `json:"description"`
	GridPos     struct {
		X, Y, W, H int
	} `json:"gridPos"`
	Datasource source   `json:"datasource"`
	Targets    []target `json:"targets"`
}

type target struct {
	RefID        string `json:"refId"`
	Expr         string `json:"expr"`
	LegendFormat string `json:"legendFormat"`
	Instant      bool   `json:"instant"`
	Range        bool   `json:"range"`
	Datasource   source `json:"datasource"`
}

// chosen is the datasource that the reader of the dashboard chooses.
var chosen = source{Type: "prometheus", UID: "${datasource}"}

func load(t *testing.T) dashboard {
	t.Helper()
	text, err := os.ReadFile("dashboard.json")
	if err != nil {
		t.Fatal(err)
	}
	var d dashboard
	if err := json.NewDecoder(bytes.NewReader(text)).Decode(&d); err != nil {
		t.Fatal(err)
	}
	return d
}

// values is the expression that gives a variable its values.
func (v variable) values(t *testing.T) string {
	t.Helper()
	var query struct {
		Query string `json:"query"`
	}
	if err := json.Unmarshal(v.Query, &query); err != nil {
		t.Fatal(err)
	}
	return query.Query
}

func (d dashboard) panel(t *testing.T, title string) panel {
	t.Helper()
	for _, p := range d.Panels {
		if p.Title == title {
			return p
		}
	}
	t.Fatalf("no panel %q", title)
	return panel{}
}

func TestStructure(t *testing.T) {
	d := load(t)
	// 36 made references to datasources objects, as they are here.
	if d.SchemaVersion < 36 || d.UID == "" || len(d.UID) > 40 || d.Title == "" {
		t.Errorf("schemaVersion %d, uid %q, title %q", d.SchemaVersion, d.UID, d.Title)
	}
	ids, cells := map[int]string{}, map[[2]int]string{}
	for _, p := range d.Panels {
		if p.ID <= 0 || ids[p.ID] != "" {
			t.Errorf("panel %q has the id %d, which %q has", p.Title, p.ID, ids[p.ID])
		}
		ids[p.ID] = p.Title
		g := p.GridPos
		if g.X < 0 || g.Y < 0 || g.W < 1 || g.H < 1 || g.X+g.W > 24 {
			t.Errorf("panel %q is outside of the 24 columns: %+v", p.Title, g)
		}
		for x := g.X; x < g.X+g.W; x++ {
			for y := g.Y; y < g.Y+g.H; y++ {
				if other := cells[[2]int{x, y}]; other != "" {
					t.Fatalf("panels %q and %q overlap at %d,%d", p.Title, other, x, y)
				}
				cells[[2]int{x, y}] = p.Title
			}
		}
		if p.Type == "row" {
			continue
		}
		if p.Datasource != chosen || len(p.Targets) == 0 || p.Description == "" {
			t.Errorf("panel %q: datasource %v, %d targets, description %q", p.Title, p.Datasource, len(p.Targets), p.Description)
		}
		var refs []string
		for _, q := range p.Targets {
			if q.Datasource != chosen || q.Expr == "" || q.LegendFormat == "" || q.Instant == q.Range || slices.Contains(refs, q.RefID) {
				t.Errorf("panel %q, target %q: %+v", p.Title, q.RefID, q)
			}
			refs = append(refs, q.RefID)
		}
	}
	for y := range len(cells) / 24 {
		for x := range 24 {
			if cells[[2]int{x, y}] == "" {
				t.Errorf("there is a hole at %d,%d", x, y)
			}
		}
	}
}

func TestVariables(t *testing.T) {
	var names []string
	for _, v := range load(t).Templating.List {
		names = append(names, v.Name)
		if v.Type == "datasource" {
			if string(v.Query) != `"prometheus"` {
				t.Errorf("%s offers datasources of the type %s", v.Name, v.Query)
			}
			continue
		}
		if v.Type != "query" || v.Datasource != chosen || !v.Multi || !v.IncludeAll || v.AllValue != ".*" {
			t.Errorf("%+v", v)
		}
	}
	if want := []string{"datasource", "app", "cli_version", "operating_system"}; !slices.Equal(names, want) {
		t.Errorf("the variables are %q, not %q", names, want)
	}
}
