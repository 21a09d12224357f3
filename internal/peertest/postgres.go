package peertest

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"sort"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// A PostgresPeer is a PostgreSQL cluster of its own.
type PostgresPeer struct {
	*Peer
	DSN string // of an empty database, as a superuser without a password
}

// Postgres makes a new PostgreSQL cluster and starts it, with fsync on: what
// it acknowledged must survive Kill.
func Postgres(t testing.TB) *PostgresPeer {
	t.Helper()
	bin := postgresPrograms(t)
	owner := postgresOwner(t)
	// Not t.TempDir: another user has to reach it.
	dir, err := os.MkdirTemp("", "telemetrygen-postgres-") //nolint:usetesting // see above
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if owner != nil {
		if err := os.Chown(dir, owner.uid, owner.gid); err != nil {
			t.Fatal(err)
		}
	}
	run := func(program string, arguments ...string) *exec.Cmd {
		command := exec.Command(filepath.Join(bin, program), arguments...)
		command.Dir = dir
		runAs(command, owner)
		return command
	}
	data := filepath.Join(dir, "data")
	// --no-sync concerns only the making of the cluster, not how it runs.
	if output, err := run("initdb", "--pgdata="+data, "--username=telemetry", "--auth=trust",
		"--encoding=UTF8", "--locale=C", "--no-sync").CombinedOutput(); err != nil {
		t.Fatalf("initdb: %v\n%s", err, output)
	}
	address := FreeAddress(t)
	_, port, _ := net.SplitHostPort(address)
	dsn := fmt.Sprintf("postgres://telemetry@%s/postgres?sslmode=disable", address)
	peer := launch(&Peer{
		t: t, name: "postgres",
		quit: syscall.SIGQUIT, // immediate shutdown, which also ends its children
		ready: func() error {
			ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
			defer cancel()
			connection, err := pgx.Connect(ctx, dsn)
			if err != nil {
				return err
			}
			return connection.Close(ctx)
		},
		command: func() *exec.Cmd {
			return run("postgres", "-D", data, "-p", port, "-c", "listen_addresses=127.0.0.1",
				"-c", "unix_socket_directories=", "-c", "fsync=on", "-c", "synchronous_commit=on")
		},
	}, t.TempDir())
	return &PostgresPeer{Peer: peer, DSN: dsn}
}

// postgresPrograms returns the folder of PostgreSQL's programs. Debian keeps
// the server's out of $PATH, a folder for each version.
func postgresPrograms(t testing.TB) string {
	t.Helper()
	Long(t, "runs PostgreSQL")
	folders, _ := filepath.Glob("/usr/lib/postgresql/*/bin")
	sort.Slice(folders, func(i, j int) bool {
		return postgresVersion(folders[i]) < postgresVersion(folders[j])
	})
	for i := len(folders) - 1; i >= 0; i-- {
		if _, err := os.Stat(filepath.Join(folders[i], "initdb")); err == nil {
			return folders[i]
		}
	}
	return filepath.Dir(Need(t, "initdb")[0])
}

func postgresVersion(bin string) int {
	version, _ := strconv.Atoi(filepath.Base(filepath.Dir(bin)))
	return version
}

// postgresOwner is the user to run the cluster as: PostgreSQL refuses root.
// It is nil when the test does not run as root.
func postgresOwner(t testing.TB) *account {
	t.Helper()
	if os.Geteuid() != 0 {
		return nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		found, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, _ := strconv.Atoi(found.Uid)
		gid, _ := strconv.Atoi(found.Gid)
		return &account{uid, gid}
	}
	Missing(t, "a user that PostgreSQL can run as")
	return nil
}

// An account is a user of this machine.
type account struct{ uid, gid int }
