package peertest

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// A GraphitePeer is graphite-web, and the carbon that stores for it.
type GraphitePeer struct {
	*Peer          // graphite-web; URL is its base
	Carbon  *Peer  // carbon-cache
	Address string // host:port of carbon's plaintext receiver
}

// python is Debian's own: its graphite is installed for no other.
const python = "/usr/bin/python3"

// Graphite starts carbon and graphite-web with tags, keeping one point a
// second for two hours.
func Graphite(t testing.TB) *GraphitePeer {
	t.Helper()
	carbonCache := Need(t, "carbon-cache")[0]
	if err := exec.Command(python, "-c", "import graphite, carbon, django").Run(); err != nil {
		Missing(t, "graphite-web and graphite-carbon")
	}
	dir := t.TempDir()
	web, line, pickle, query := FreeAddress(t), FreeAddress(t), FreeAddress(t), FreeAddress(t)
	write := func(name, format string, values ...any) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), fmt.Appendf(nil, format, values...), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, folder := range []string{"whisper", "log"} {
		if err := os.Mkdir(filepath.Join(dir, folder), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	write("carbon.conf", carbonConfig, dir, port(line), port(pickle), port(query), web)
	write("storage-schemas.conf", "[all]\npattern = .*\nretentions = 1s:2h\n")
	write("storage-aggregation.conf", "[all]\npattern = .*\nxFilesFactor = 0\naggregationMethod = last\n")
	write("telemetry_settings.py", graphiteSettings, dir, query)

	django := func(arguments ...string) *exec.Cmd {
		command := exec.Command(python, append([]string{"-m", "django"}, arguments...)...)
		command.Dir = dir
		command.Env = append(os.Environ(), "PYTHONPATH="+dir, "PYTHONDONTWRITEBYTECODE=1", "PYTHONWARNINGS=ignore",
			"DJANGO_SETTINGS_MODULE=graphite.settings", "GRAPHITE_SETTINGS_MODULE=telemetry_settings")
		return command
	}
	if output, err := django("migrate", "--run-syncdb").CombinedOutput(); err != nil {
		t.Fatalf("graphite-web: migrate: %v\n%s", err, output)
	}
	peer := &GraphitePeer{Address: line}
	peer.Peer = launch(&Peer{
		t: t, name: "graphite-web", URL: "http://" + web,
		ready:   answers("http://" + web + "/tags"),
		command: func() *exec.Cmd { return django("runserver", "--noreload", web) },
	}, dir)
	peer.Carbon = launch(&Peer{
		t: t, name: "carbon-cache",
		ready: listens(line),
		command: func() *exec.Cmd {
			command := exec.Command(python, carbonCache, "--config="+filepath.Join(dir, "carbon.conf"),
				"--pidfile="+filepath.Join(dir, "carbon.pid"), "--debug", "start")
			command.Dir = dir
			// A pid file that a killed carbon left makes the next one refuse to start.
			os.Remove(filepath.Join(dir, "carbon.pid"))
			return command
		},
	}, dir)
	return peer
}

func port(address string) string {
	_, port, _ := net.SplitHostPort(address)
	return port
}

// carbonConfig: no limits, so that a test does not wait for carbon's pacing.
const carbonConfig = `[cache]
STORAGE_DIR = %[1]s
CONF_DIR = %[1]s
LOG_DIR = %[1]s/log
PID_DIR = %[1]s
LOCAL_DATA_DIR = %[1]s/whisper
USER =
MAX_CACHE_SIZE = inf
MAX_UPDATES_PER_SECOND = inf
MAX_CREATES_PER_MINUTE = inf
LINE_RECEIVER_INTERFACE = 127.0.0.1
LINE_RECEIVER_PORT = %[2]s
PICKLE_RECEIVER_INTERFACE = 127.0.0.1
PICKLE_RECEIVER_PORT = %[3]s
CACHE_QUERY_INTERFACE = 127.0.0.1
CACHE_QUERY_PORT = %[4]s
ENABLE_TAGS = True
TAG_UPDATE_INTERVAL = 1
TAG_BATCH_SIZE = 100
GRAPHITE_URL = http://%[5]s
CARBON_METRIC_INTERVAL = 0
CACHE_WRITE_STRATEGY = sorted
`

const graphiteSettings = `
SECRET_KEY = 'only for a test on loopback'
CONF_DIR = '%[1]s'
STORAGE_DIR = '%[1]s'
WHISPER_DIR = '%[1]s/whisper'
STANDARD_DIRS = ['%[1]s/whisper']
INDEX_FILE = '%[1]s/index'
LOG_DIR = '%[1]s/log'
LOG_ROTATION = False
CARBONLINK_HOSTS = ['%[2]s']
CARBONLINK_TIMEOUT = 5.0
TAGDB_CACHE_DURATION = 0
FIND_CACHE_DURATION = 0
DEFAULT_CACHE_DURATION = 0
DATABASES = {'default': {
    'NAME': '%[1]s/graphite.db',
    'ENGINE': 'django.db.backends.sqlite3',
    'OPTIONS': {'timeout': 30},
    'USER': '', 'PASSWORD': '', 'HOST': '', 'PORT': '',
}}
`
