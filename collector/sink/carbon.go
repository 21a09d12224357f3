package sink

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strconv"
	"time"
)

// Carbon sends samples in carbon's plaintext protocol, with tags:
// "name;tag=value value time\n" over TCP.
//
// The protocol has no answer: what is written to a connection whose peer just
// went away is lost in silence. So each Send has a connection of its own, ends
// its side, and waits for the peer to end the other: carbon, and everything
// that speaks its protocol, does so after it read the last line, and a peer
// that dies before that resets the connection, which is an error.
type Carbon struct {
	address string
	dialer  net.Dialer
	end     time.Duration // how long to wait for the peer's end
}

const (
	// carbonLine is the longest line; carbon hangs up at 16,384 bytes.
	carbonLine = 16000
	// carbonWrite bounds the writing of one batch.
	carbonWrite = 30 * time.Second
	// carbonEnd bounds the wait for the peer's end. A receiver that never ends
	// a connection is believed after it, as the protocol is used everywhere else.
	carbonEnd = 10 * time.Second
)

// NewCarbon returns a sink for a host:port; it does not connect yet.
func NewCarbon(address string) (*Carbon, error) {
	if _, _, err := net.SplitHostPort(address); err != nil {
		return nil, fmt.Errorf("carbon's address: %w", err)
	}
	return &Carbon{address: address, dialer: net.Dialer{Timeout: 10 * time.Second}, end: carbonEnd}, nil
}

// Name is "carbon".
func (c *Carbon) Name() string { return "carbon" }

// Send writes the samples, at most 5,000 over a connection. Spaces and what
// else the protocol cannot carry are written as in a URL's query ("pace get" is
// "pace+get").
func (c *Carbon) Send(ctx context.Context, samples []Sample) error {
	return inBatches(samples, func(batch []Sample) error {
		var refused Refused
		lines := make([]byte, 0, 128*len(batch))
		for _, sample := range batch {
			line, err := carbonEncode(lines, sample)
			if err != nil {
				refused.add(1, err.Error())
				continue
			}
			lines = line
		}
		if len(lines) == 0 {
			return joinRefused(refused, nil)
		}
		return joinRefused(refused, c.write(ctx, lines))
	})
}

// carbonEncode appends the line of a sample, or returns why there is none.
func carbonEncode(lines []byte, sample Sample) ([]byte, error) {
	if err := sound(sample); err != nil {
		return nil, err
	}
	start := len(lines)
	lines = append(lines, escapeName(sample.Name)...)
	for _, label := range sample.Labels {
		if label.Value != "" { // carbon refuses an empty one
			lines = append(lines, ';')
			lines = append(lines, escapeName(label.Name)...)
			lines = append(lines, '=')
			lines = append(lines, escapeValue(label.Value, true)...)
		}
	}
	lines = append(lines, ' ')
	lines = strconv.AppendFloat(lines, sample.Value, 'f', -1, 64)
	lines = append(lines, ' ')
	lines = strconv.AppendInt(lines, sample.Time.Unix(), 10)
	lines = append(lines, '\n')
	if len(lines)-start > carbonLine {
		return nil, fmt.Errorf("%.100s: a line of %d bytes", sample.Name, len(lines)-start)
	}
	return lines, nil
}

func (c *Carbon) write(ctx context.Context, lines []byte) error {
	connection, err := c.dialer.DialContext(ctx, "tcp", c.address)
	if err != nil {
		return err
	}
	defer connection.Close()
	// The end of ctx closes the connection, which ends the calls below.
	defer context.AfterFunc(ctx, func() { connection.Close() })()

	ended := make(chan error, 1)
	go func() {
		_, err := io.Copy(io.Discard, connection)
		ended <- err
	}()
	connection.SetWriteDeadline(time.Now().Add(carbonWrite))
	if _, err := connection.Write(lines); err != nil {
		return errors.Join(ctx.Err(), err)
	}
	select {
	case err := <-ended: // it cannot have known that this was all
		return errors.Join(ctx.Err(), errors.New("carbon hung up before the last line"), err)
	default:
	}
	connection.SetReadDeadline(time.Now().Add(c.end))
	if err := connection.(*net.TCPConn).CloseWrite(); err != nil {
		return errors.Join(ctx.Err(), err)
	}
	if err := <-ended; err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
		return errors.Join(ctx.Err(), err)
	}
	return nil
}
