package peertest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

func get(t *testing.T, address string) string {
	t.Helper()
	response, err := http.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

// eventually polls until what() holds text, and fails after 20 seconds.
func eventually(t *testing.T, text string, what func() string) {
	t.Helper()
	deadline := time.Now().Add(20 * time.Second)
	for {
		got := what()
		if strings.Contains(got, text) {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("want %q in:\n%s", text, got)
		}
		time.Sleep(50 * time.Millisecond)
	}
}

func TestPrometheusScrapesItsTargetsAndComesBack(t *testing.T) {
	gateway := Pushgateway(t)
	prometheus := Prometheus(t, strings.TrimPrefix(gateway.URL, "http://"))
	response, err := http.Post(gateway.URL+"/metrics/job/peers", "text/plain", strings.NewReader("pushed_total 42\n"))
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	query := func() string { return get(t, prometheus.URL+"/api/v1/query?query=pushed_total") }
	eventually(t, `"42"`, query)
	prometheus.Kill()
	if _, err := http.Get(prometheus.URL); err == nil {
		t.Fatal("answers after Kill")
	}
	prometheus.Start()
	eventually(t, `"42"`, query)
}

func TestVictoriaMetricsTakesPlaintext(t *testing.T) {
	peer := VictoriaMetrics(t)
	writeLine(t, peer.Carbon, fmt.Sprintf("plain;tag=one 42 %d\n", time.Now().Unix()))
	eventually(t, `"42"`, func() string {
		get(t, peer.URL+"/internal/force_flush")
		return get(t, peer.URL+"/api/v1/query?query=plain")
	})
}

func TestPostgresKeepsWhatItAcknowledgedOverKill(t *testing.T) {
	peer := Postgres(t)
	ctx := context.Background()
	query := func(statement string) (value string) {
		t.Helper()
		connection, err := pgx.Connect(ctx, peer.DSN)
		if err != nil {
			t.Fatal(err)
		}
		defer connection.Close(ctx)
		if err := connection.QueryRow(ctx, statement).Scan(&value); err != nil {
			t.Fatal(err)
		}
		return value
	}
	if got := query("show fsync"); got != "on" {
		t.Fatalf("fsync is %s", got)
	}
	connection, err := pgx.Connect(ctx, peer.DSN)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := connection.Exec(ctx, "create table kept as select 'yes' as v"); err != nil {
		t.Fatal(err)
	}
	peer.Kill()
	peer.Start()
	if got := query("select v from kept"); got != "yes" {
		t.Fatalf("got %q", got)
	}
}

func TestGraphiteIndexesTags(t *testing.T) {
	peer := Graphite(t)
	now := time.Now().Unix()
	writeLine(t, peer.Address, fmt.Sprintf("runs;command=get;exit=0 42 %d\n", now))
	render := func() string {
		return get(t, peer.URL+"/render?format=json&from=-5min&target="+url.QueryEscape("seriesByTag('name=runs','exit=0')"))
	}
	point := fmt.Sprintf("[42.0, %d]", now)
	eventually(t, point, render)
	var series []struct{ Tags map[string]string }
	if err := json.NewDecoder(bytes.NewBufferString(render())).Decode(&series); err != nil || len(series) != 1 || series[0].Tags["command"] != "get" {
		t.Fatalf("tags: %v, %+v", err, series)
	}
	peer.Carbon.Kill()
	peer.Carbon.Start()
	writeLine(t, peer.Address, fmt.Sprintf("runs;command=get;exit=0 43 %d\n", now+1))
	eventually(t, fmt.Sprintf("[43.0, %d]", now+1), render)
}

func writeLine(t *testing.T, address, line string) {
	t.Helper()
	connection, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close()
	if _, err := io.WriteString(connection, line); err != nil {
		t.Fatal(err)
	}
}

// An address is given to one test only, though nobody listens there yet.
func TestFreeAddressIsGivenOnce(t *testing.T) {
	given := map[string]bool{}
	for range 500 {
		address := FreeAddress(t)
		if given[address] {
			t.Errorf("%s is given twice", address)
		}
		given[address] = true
	}
}
