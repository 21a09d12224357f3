package main

import (
	"bytes"
	"database/sql"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	_ "modernc.org/sqlite"
)

// TestAHangupEndsNoCollector: neither one that has not opened its store yet, as systemctl
// reload may meet it, nor one that is about to end.
func TestAHangupEndsNoCollector(t *testing.T) {
	file := filepath.Join(t.TempDir(), "telemetry.db")
	db, err := sql.Open("sqlite", "file:"+file+"?_pragma=journal_mode(WAL)")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	if _, err := db.ExecContext(t.Context(), `BEGIN IMMEDIATE`); err != nil { // it waits for this
		t.Fatal(err)
	}
	cmd := command(t, nil, "--store", "sqlite:"+file)
	log, err := os.Create(file + ".log")
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() { cmd.Wait(); close(ended) }()
	t.Cleanup(func() { cmd.Process.Kill(); <-ended })
	eventually(t, "the lock", func() bool { _, err := os.Stat(file + ".lock"); return err == nil })
	cmd.Process.Signal(syscall.SIGHUP)
	select {
	case <-ended:
		t.Fatal(cmd.ProcessState)
	case <-time.After(100 * time.Millisecond): // it would end at once
	}
	if _, err := db.ExecContext(t.Context(), `ROLLBACK`); err != nil {
		t.Fatal(err)
	}
	eventually(t, "what it was told before it served", func() bool {
		text, _ := os.ReadFile(log.Name())
		return bytes.Contains(text, []byte("the commands were read again"))
	})
	cmd.Process.Signal(syscall.SIGTERM)
	<-ended
	if !cmd.ProcessState.Success() {
		t.Error(cmd.ProcessState)
	}

	collector := started(t, nil)
	for range 200 {
		collector.process.Signal(syscall.SIGHUP)
	}
	collector.says("the commands were read again")
	collector.process.Signal(syscall.SIGTERM)
	for range 200 {
		collector.process.Signal(syscall.SIGHUP)
	}
	if status, text := collector.stop(); status != 0 {
		t.Errorf("exit status %d: %s", status, text)
	}
}
