//go:build !notelemetry && linux

package telemetry

import (
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/spf13/cobra"
	"gopkg.in/yaml.v3"
)

// pairs of runs for one row. How a program's file came into the page cache changes a run by up to a
// millisecond, more than what is to be measured, and a copy of the same bytes is no longer the same:
// so the programs are copied again and again.
const (
	pairs  = 1000
	copies = 20
)

// BenchmarkAddedPerRun prints what the telemetry adds to a run: pairs of the
// instrumented program and its twin, one after the other, in turns.
func BenchmarkAddedPerRun(b *testing.B) {
	linked := filepath.Join(b.TempDir(), "linked")
	must(b, build(linked, "./testdata/pace/twin", "-tags", "linked"))
	appending, xtelemetry := filepath.Join(b.TempDir(), "appending"), filepath.Join(b.TempDir(), "xtelemetry")
	must(b, build(appending, "./testdata/pace/appending"))
	must(b, build(xtelemetry, ".", "-C", "testdata/xtelemetry"))
	cli, twin := built.cli, built.twin
	for i := 0; i < b.N; i++ {
		fmt.Printf("\n%-58s %9s %9s %9s\n", fmt.Sprintf("added to one run, %d pairs, milliseconds", pairs), "p50", "p99", "faults")
		for _, points := range []int{10, 100, 1000} {
			h := newHome(b)
			h.fill(b, points)
			rowAdded(fmt.Sprintf("counting in a report of %d points", points), h.pairs(b, cli, linked))
			on := newHome(b, "PACE_TELEMETRY=on")
			on.fill(b, points)
			on.write(timestampFile, strconv.FormatInt(time.Now().Unix(), 10))
			rowAdded("the same, sending allowed, not due", on.pairs(b, cli, linked))
		}
		on := newHome(b, "PACE_TELEMETRY=on")
		on.fill(b, 1000)
		on.env = append(on.env, "CI=true")
		rowAdded("not to be sent, after runs that were, 1000 points", on.pairs(b, cli, linked))
		h := newHome(b)
		h.fill(b, 10)
		rowAdded("over the plain twin, 10 points", h.pairs(b, cli, twin))
		rowAdded("the linked twin over the plain twin", h.pairs(b, linked, twin))
		rowAdded("golang.org/x/telemetry's counter, over the plain twin", newHome(b).pairs(b, xtelemetry, twin))
		rowAdded("one line appended to a file, over the plain twin", newHome(b).pairs(b, appending, twin))
		rowAdded("off", newHome(b, "PACE_TELEMETRY=off").pairs(b, cli, linked))
		rowAdded("noise: a twin against itself", h.pairs(b, linked, linked))
		sizes(cli, linked, twin)
	}
}

// BenchmarkCountOnce prints what counting costs inside one process, beside what
// reading and writing the same report through yaml.v3, with a lock and a rename, costs.
func BenchmarkCountOnce(b *testing.B) {
	process.root = &cobra.Command{Use: app, Version: "v1.16.0"}
	defer func() { process.root = nil }()
	for i := 0; i < b.N; i++ {
		fmt.Printf("\n%-58s %9s %9s\n", "one count in one process, milliseconds", "p50", "p99")
		for _, points := range []int{10, 60, 100, 1000} {
			h := newHome(b)
			h.fill(b, points)
			d := folder(h.file(""))
			l, err := d.lockFile()
			must(b, err)
			row(fmt.Sprintf("block, lock, overwritten in place, %d points", points), samples(pairs, func() {
				mine := l.take("pace get data-policy", none, true)
				mine.code = 0
				if err := l.settle(mine, consent{}, time.Second); err != nil {
					b.Fatal("not counted")
				}
				l.unlock(mine.n)
			}))
			row(fmt.Sprintf("lock, yaml.v3 and a rename, %d points", points), samples(pairs/10, func() {
				must(b, l.lock(theFolder, time.Second))
				now, err := d.read(reportFile)
				must(b, err)
				now.MetricPoints.add("pace get data-policy", 0, 1)
				must(b, d.save(reportFile, now))
				l.unlock(theFolder)
			}))
		}
	}
}

// fill writes a report with that many points, one of which is that of `get data-policy`.
func (h *home) fill(b *testing.B, n int) {
	b.Helper()
	all := points{}
	all.add("pace get data-policy", 0, 1000)
	for i := 1; i < n; i++ {
		all.add(fmt.Sprintf("pace group%d command%d", i/20, i), 0, int64(i))
	}
	data, err := yaml.Marshal(report{MetricPoints: all, CLIVersion: "v1.16.0", OperatingSystem: "linux"})
	must(b, err)
	h.write(reportFile, string(data))
	if got := h.run("get", "data-policy"); got.code != 0 { // from now on it is as this package left it
		b.Fatal(got)
	}
}

// added is what one program's runs take more than another's: each difference of wall time, in milliseconds, and the
// mean difference of minor page faults, which vary by how many threads Go starts.
type added struct {
	ms     []float64
	faults float64
}

// pairs runs two programs in turns.
func (h *home) pairs(b *testing.B, program, twin string) (all added) {
	b.Helper()
	faults := map[string]int64{}
	once := func(program string) float64 {
		begin := time.Now()
		pid, err := syscall.ForkExec(program, []string{"pace", "get", "data-policy"},
			&syscall.ProcAttr{Env: h.env, Dir: h.dir, Files: []uintptr{null.Fd(), null.Fd(), null.Fd()}})
		must(b, err)
		var usage syscall.Rusage
		_, err = syscall.Wait4(pid, nil, 0, &usage)
		must(b, err)
		faults[program] += usage.Minflt
		return time.Since(begin).Seconds() * 1000
	}
	again := func(original string) string {
		data, err := os.ReadFile(original)
		must(b, err)
		file := filepath.Join(b.TempDir(), "copy")
		must(b, os.WriteFile(file, data, 0o700))
		once(file)
		faults[file] = 0
		return file
	}
	var with, without string
	for i := 0; i < pairs; i++ {
		if i%(pairs/copies) == 0 {
			with, without = again(program), again(twin)
		}
		if i%2 == 0 {
			t := once(without)
			all.ms = append(all.ms, once(with)-t)
		} else {
			p := once(with)
			all.ms = append(all.ms, p-once(without))
		}
		if (i+1)%(pairs/copies) == 0 {
			all.faults += float64(faults[with] - faults[without])
			must(b, os.Remove(with))
			must(b, os.Remove(without))
		}
	}
	all.faults /= pairs
	return all
}

var null, _ = os.OpenFile(os.DevNull, os.O_RDWR, 0)

func samples(n int, f func()) (all []float64) {
	for i := 0; i < n; i++ {
		begin := time.Now()
		f()
		all = append(all, time.Since(begin).Seconds()*1000)
	}
	return all
}

func row(name string, all []float64) { fmt.Println(columns(name, all)) }

func rowAdded(name string, a added) { fmt.Printf("%s %9.1f\n", columns(name, a.ms), a.faults) }

func columns(name string, all []float64) string {
	sort.Float64s(all)
	return fmt.Sprintf("%-58s %9.3f %9.3f", name, all[len(all)/2], all[len(all)*99/100])
}

// sizes prints how much larger the binary gets.
func sizes(cli, linked, twin string) {
	size := func(path string) float64 {
		info, err := os.Stat(path)
		if err != nil {
			return 0
		}
		return float64(info.Size()) / 1e6
	}
	fmt.Printf("%s\nbinary: %.1f MB, twin with the same packages %.1f MB, plain twin %.1f MB\n",
		strings.Repeat("-", 78), size(cli), size(linked), size(twin))
}

// BenchmarkLookUp prints what looking a command up in the allow-list costs, for
// lists of a small CLI and of the largest ones.
func BenchmarkLookUp(b *testing.B) {
	defer func(list string, args []string) { commands, os.Args = list, args }(commands, os.Args)
	for i := 0; i < b.N; i++ {
		fmt.Printf("\n%-58s %9s %9s\n", "looking up a path of three words, microseconds", "p50", "p99")
		for _, paths := range []int{20, 2000, 20000} {
			var list []string
			root := &cobra.Command{Use: app}
			var last *cobra.Command
			for group := 0; len(list) < paths; group++ {
				parent := &cobra.Command{Use: fmt.Sprintf("group%d", group)}
				root.AddCommand(parent)
				for n := 0; n < 20; n++ {
					last = &cobra.Command{Use: fmt.Sprintf("command%d", n), Run: func(*cobra.Command, []string) {}}
					parent.AddCommand(last)
					list = append(list, app+" "+parent.Use+" "+last.Use)
				}
			}
			sort.Strings(list)
			commands = strings.Join(list, "\n") + "\n"
			below := " " + last.Parent().Use + " " + last.Use
			if got := recordedPath(below); got != app+" "+last.Parent().Use+" "+last.Use {
				b.Fatal(got)
			}
			all := samples(pairs, func() {
				for n := 0; n < 1000; n++ {
					recordedPath(below)
				}
			}) // milliseconds for 1,000 are microseconds for one
			row(fmt.Sprintf("%d paths", len(list)), all)
			os.Args = []string{app, last.Parent().Use, last.Use}
			must(b, root.Execute())
			row("finding the command that was called there", samples(pairs/20, func() {
				for n := 0; n < 1000; n++ {
					called(root)
				}
			}))
		}
	}
}
