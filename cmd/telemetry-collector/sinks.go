package main

import (
	"fmt"

	"github.com/telemetrygen/telemetrygen/collector/sink"
)

// sinks makes what the flags name.
func (s settings) sinks(getenv environment) ([]sink.Sink, error) {
	var sinks []sink.Sink
	if s.graphiteURL != "" {
		token, err := getenv.secret("GRAPHITE_TOKEN")
		if err != nil {
			return nil, err
		}
		graphite, err := sink.NewGraphite(sink.GraphiteOptions{URL: s.graphiteURL, Token: token, Interval: s.interval})
		if err != nil {
			return nil, fmt.Errorf("--graphite-url: %w", err)
		}
		sinks = append(sinks, graphite)
	}
	if s.graphiteTCP != "" {
		carbon, err := sink.NewCarbon(s.graphiteTCP)
		if err != nil {
			return nil, fmt.Errorf("--graphite-tcp: %w", err)
		}
		sinks = append(sinks, carbon)
	}
	if s.remoteWriteURL != "" {
		options := sink.RemoteWriteOptions{URL: s.remoteWriteURL}
		for name, field := range map[string]*string{"TOKEN": &options.Token, "USERNAME": &options.Username, "PASSWORD": &options.Password} {
			value, err := getenv.secret("REMOTE_WRITE_" + name)
			if err != nil {
				return nil, err
			}
			*field = value
		}
		remote, err := sink.NewRemoteWrite(options)
		if err != nil {
			return nil, fmt.Errorf("--remote-write-url: %w", err)
		}
		sinks = append(sinks, remote)
	}
	if s.otlpURL != "" {
		headers, err := getenv.secret("OTLP_HEADERS")
		if err != nil {
			return nil, err
		}
		otlp, err := sink.NewOTLP(sink.OTLPOptions{URL: s.otlpURL, Headers: headers})
		if err != nil {
			return nil, fmt.Errorf("--otlp-url: %w", err)
		}
		sinks = append(sinks, otlp)
	}
	return sinks, nil
}
