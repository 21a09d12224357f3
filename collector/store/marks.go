package store

import (
	"encoding/binary"
	"errors"
	"hash/fnv"

	"github.com/telemetrygen/telemetrygen/collector/wire"
)

// marks are an install's high-water marks: the highest count that it has reported, by a hash
// of command and exit code. The database has them as one value, of 8 bytes for the hash and a
// varint for each. So a report reads and writes one row, however many counters it has. Among
// a thousand counters of one install, two share a hash once in 10^13 installs; then the smaller
// is not counted.
type marks map[uint64]uint64

func decodeMarks(data []byte) (marks, error) {
	m := make(marks, len(data)/10)
	for len(data) > 0 {
		if len(data) < 9 {
			return nil, errors.New("marks are cut off")
		}
		count, n := binary.Uvarint(data[8:])
		if n <= 0 {
			return nil, errors.New("marks are damaged")
		}
		m[binary.LittleEndian.Uint64(data)] = count
		data = data[8+n:]
	}
	return m, nil
}

func (m marks) encode() []byte {
	data := make([]byte, 0, len(m)*11)
	for hash, count := range m {
		data = binary.LittleEndian.AppendUint64(data, hash)
		data = binary.AppendUvarint(data, count)
	}
	return data
}

// raise raises the marks to a report's counts, each by MaxIncrease at most: the next reports
// bring the rest, because counts are cumulative. It returns by how much each counter exceeded
// its mark, which had none, and whether there was no room for one of them. A lower count
// changes nothing: the report came late or twice, the file was restored, or another machine
// has a copy of the id. Totals may then be too low, but never too high.
func (m marks) raise(counters []wire.Counter) (increases []uint64, fresh []bool, full bool) {
	increases, fresh = make([]uint64, len(counters)), make([]bool, len(counters))
	for i, c := range counters {
		hash := counterHash(c)
		mark, known := m[hash]
		if c.Count <= mark {
			continue
		}
		if !known && len(m) >= MaxMarks {
			full = true
			continue
		}
		fresh[i] = !known
		increases[i] = min(c.Count-mark, MaxIncrease)
		m[hash] = mark + increases[i]
	}
	return increases, fresh, full
}

func counterHash(c wire.Counter) uint64 {
	hash := fnv.New64a()
	hash.Write([]byte(c.Path))
	hash.Write([]byte{0, byte(c.ExitCode), byte(c.ExitCode >> 8)})
	return hash.Sum64()
}
