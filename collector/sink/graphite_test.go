package sink

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/telemetrygen/telemetrygen/internal/peertest"
)

// at is the time of the tests' samples: now, to the second.
var at = time.Now().Truncate(time.Second)

func sample(name string, value float64, labels ...string) Sample {
	s := Sample{Name: name, Value: value, Time: at}
	for i := 0; i < len(labels); i += 2 {
		s.Labels = append(s.Labels, Label{labels[i], labels[i+1]})
	}
	return s
}

func series(n int) []Sample {
	samples := make([]Sample, n)
	for i := range samples {
		samples[i] = sample("cli_commands_total", float64(i), "app", "pace", "series", fmt.Sprint(i))
	}
	return samples
}

func newGraphite(t *testing.T, cloud *peertest.GrafanaCloudPeer) *Graphite {
	t.Helper()
	g, err := NewGraphite(GraphiteOptions{URL: cloud.URL, Token: cloud.Token, Interval: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func TestGraphiteSendsWhatGrafanaCloudTakes(t *testing.T) {
	cloud := peertest.GrafanaCloud(t)
	for _, suffix := range []string{"", "/", "/metrics", "/metrics/"} {
		g, err := NewGraphite(GraphiteOptions{URL: cloud.URL + suffix, Token: cloud.Token, Interval: time.Minute})
		if err != nil {
			t.Fatal(err)
		}
		if err := g.Send(context.Background(), []Sample{sample("cli_commands_total", 2.5, "app", "pace", "command", "pace get data-policy", "empty", "")}); err != nil {
			t.Fatalf("%q: %v (%v)", suffix, err, cloud.Refused())
		}
	}
	got := cloud.Samples()
	if len(got) != 4 {
		t.Fatalf("%d samples", len(got))
	}
	for _, s := range got {
		if s.Name != "cli_commands_total" || *s.Value != 2.5 || s.Interval != 60 || s.Time != at.Unix() ||
			!slices.Equal(s.Tags, []string{"app=pace", "command=pace get data-policy"}) {
			t.Errorf("%+v", s)
		}
	}
}

func TestGraphiteBatches(t *testing.T) {
	cloud := peertest.GrafanaCloud(t)
	if err := newGraphite(t, cloud).Send(context.Background(), series(12001)); err != nil {
		t.Fatal(err)
	}
	if got := cloud.Batches(); !slices.Equal(got, []int{5000, 5000, 2001}) {
		t.Fatalf("batches %v", got)
	}
	for i, s := range cloud.Samples() {
		if *s.Value != float64(i) {
			t.Fatalf("sample %d is %v", i, *s.Value)
		}
	}
}

func TestGraphiteBadSamplesDoNotCostTheOthers(t *testing.T) {
	cloud := peertest.GrafanaCloud(t)
	samples := series(7000)
	for _, i := range []int{0, 41, 42, 4999, 6000} {
		samples[i].Labels = []Label{{"forbidden", "x"}} // only the receiver knows that it is
	}
	samples[100].Value = math.NaN()
	samples[101].Name = ""
	samples[102].Time = time.Time{}
	samples[103].Labels = []Label{{"", "x"}}
	err := newGraphite(t, cloud).Send(context.Background(), samples)
	var refused *Refused
	if !errors.As(err, &refused) || refused.Samples != 9 {
		t.Fatalf("error %v, %+v", err, refused)
	}
	if got := len(cloud.Samples()); got != 7000-9 {
		t.Fatalf("%d samples arrived", got)
	}
	if requests := len(cloud.Batches()) + len(cloud.Refused()); requests > 2*(1+splits) {
		t.Fatalf("%d requests", requests)
	}
}

func TestGraphiteRefusesABatchOfOnlyBadSamplesWithFewRequests(t *testing.T) {
	cloud := peertest.GrafanaCloud(t)
	samples := series(5000)
	for i := range samples {
		samples[i].Labels = []Label{{"forbidden", "x"}}
	}
	err := newGraphite(t, cloud).Send(context.Background(), samples)
	var refused *Refused
	if !errors.As(err, &refused) || refused.Samples != 5000 {
		t.Fatalf("error %v", err)
	}
	if got := len(cloud.Refused()); got > 1+splits {
		t.Fatalf("%d requests", got)
	}
}

// Whatever is in a label, Grafana Cloud takes it, and what differs stays different.
func TestGraphiteCarriesAnyText(t *testing.T) {
	cloud := peertest.GrafanaCloud(t)
	var samples []Sample
	for _, value := range hostileValues {
		samples = append(samples, sample("cli_commands_total", 1, "command", value))
	}
	for _, name := range []string{"a;b", "a!b", "a^b", "a=b", "a b", "a\nb", "ä", "~a"} {
		samples = append(samples, sample(name, 1, name, "v"))
	}
	if err := newGraphite(t, cloud).Send(context.Background(), samples); err != nil {
		t.Fatalf("%v: %v", err, cloud.Refused())
	}
	seen := map[string]bool{}
	for _, s := range cloud.Samples() {
		key := s.Name + strings.Join(s.Tags, ";")
		if seen[key] {
			t.Errorf("two became %q", key)
		}
		seen[key] = true
	}
	if len(seen) != len(samples) {
		t.Errorf("%d of %d arrived", len(seen), len(samples))
	}
}

func TestGraphiteSaysWhichFailuresMayPass(t *testing.T) {
	cloud := peertest.GrafanaCloud(t)
	g := newGraphite(t, cloud)
	for _, test := range []struct {
		failure peertest.Failure
		refused bool
		after   time.Duration
	}{
		{peertest.Failure{Status: 429, RetryAfter: "7"}, false, 7 * time.Second},
		{peertest.Failure{Status: 429, RetryAfter: "99999999999"}, false, 5 * time.Minute},
		{peertest.Failure{Status: 429, RetryAfter: "3600"}, false, 5 * time.Minute},
		{peertest.Failure{Status: 503, RetryAfter: "-1"}, false, 0},
		{peertest.Failure{Status: 500}, false, 0},
		{peertest.Failure{Status: 401, Body: "no such token " + cloud.Token}, true, 0},
		{peertest.Failure{Status: 415}, true, 0},
		{peertest.Failure{Status: 302}, true, 0},
		{peertest.Failure{Status: 200, Body: "<html>please log in"}, false, 0},
		{peertest.Failure{Status: 200, Body: `{"Invalid":1,"Published":0,"ValidationErrors":{"too long":{"Count":1}}}`}, true, 0},
		{peertest.Failure{Status: 400, Body: "bad"}, true, 0},
	} {
		cloud.FailNext(test.failure)
		err := g.Send(context.Background(), series(1))
		var refused *Refused
		if err == nil || errors.As(err, &refused) != test.refused {
			t.Errorf("%+v: %v", test.failure, err)
			continue
		}
		var busy *Busy
		if errors.As(err, &busy); busy != nil && busy.After != test.after || busy == nil && test.after != 0 {
			t.Errorf("%+v: %+v", test.failure, busy)
		}
		if strings.Contains(err.Error(), cloud.Token) {
			t.Errorf("the token is in the error %q", err)
		}
	}
	if got := cloud.Samples(); len(got) != 0 {
		t.Errorf("%d samples arrived", len(got))
	}
}

func TestGraphiteFollowsNoRedirect(t *testing.T) {
	followed := false
	elsewhere := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		followed = true
		fmt.Fprint(w, `{"published":1}`)
	}))
	defer elsewhere.Close()
	for _, status := range []int{301, 302, 307, 308} {
		server := httptest.NewServer(http.RedirectHandler(elsewhere.URL, status))
		g, err := NewGraphite(GraphiteOptions{URL: server.URL, Token: "secret"})
		if err != nil {
			t.Fatal(err)
		}
		if err := g.Send(context.Background(), series(1)); err == nil || followed {
			t.Errorf("%d: error %v, followed %v", status, err, followed)
		}
		server.Close()
	}
}

func TestGraphiteErrorsHoldNoPassword(t *testing.T) {
	g, err := NewGraphite(GraphiteOptions{URL: "http://user:hunter2@127.0.0.1:1/graphite?key=hunter2"})
	if err != nil {
		t.Fatal(err)
	}
	if err := g.Send(context.Background(), series(1)); err == nil || strings.Contains(err.Error(), "hunter2") {
		t.Fatalf("error %v", err)
	}
	if _, err := NewGraphite(GraphiteOptions{URL: "ftp://user:hunter2@127.0.0.1"}); err == nil || strings.Contains(err.Error(), "hunter2") {
		t.Fatalf("error %v", err)
	}
}
