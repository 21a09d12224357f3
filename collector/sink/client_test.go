package sink_test

import (
	"net"
	"strings"
	"testing"
	"time"

	"github.com/telemetrygen/telemetrygen/collector/sink"
)

// TestHeadersWithoutEndAreNotRead: a receiver that sends them had a collector with 26 MB
// take 114 MB.
func TestHeadersWithoutEndAreNotRead(t *testing.T) {
	for name, start := range map[string]string{
		"a header after the other": "HTTP/1.1 200 OK\r\n",
		"answers before the last":  "",
	} {
		t.Run(name, func(t *testing.T) {
			listener, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			defer listener.Close()
			more := "X-More: " + strings.Repeat("x", 4_000) + "\r\n"
			if start == "" {
				more = "HTTP/1.1 103 Early Hints\r\n" + more + "\r\n"
			}
			go func() {
				for {
					connection, err := listener.Accept()
					if err != nil {
						return
					}
					go func() {
						defer connection.Close()
						_, err := connection.Read(make([]byte, 1)) // what comes before the request is none of its answer
						if err == nil {
							_, err = connection.Write([]byte(start))
						}
						for err == nil {
							_, err = connection.Write([]byte(more))
						}
					}()
				}
			}()
			url := "http://" + listener.Addr().String()
			graphite, err := sink.NewGraphite(sink.GraphiteOptions{URL: url, Interval: time.Minute})
			if err != nil {
				t.Fatal(err)
			}
			otlp, err := sink.NewOTLP(sink.OTLPOptions{URL: url})
			if err != nil {
				t.Fatal(err)
			}
			write, err := sink.NewRemoteWrite(sink.RemoteWriteOptions{URL: url})
			if err != nil {
				t.Fatal(err)
			}
			for _, to := range []sink.Sink{graphite, otlp, write} {
				err := to.Send(t.Context(), []sink.Sample{{Name: "a", Value: 1, Time: time.Now()}})
				if err == nil || !strings.Contains(err.Error(), "exceeded 65536 bytes") {
					t.Errorf("%s: %v", to.Name(), err)
				}
			}
		})
	}
}
