package store

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"

	"github.com/telemetrygen/telemetrygen/collector/wire"
)

// marks are an install's high-water marks: the highest count it has reported,
// by a hash of command and exit code. In the database they are one value, a
// hash of 8 bytes and a varint each, because a report then costs one row read
// and one written, however many counters it has. Two counters of one install
// share a hash once in 10^13 pairs of thousand; the smaller then stays uncounted.
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

// raise lifts the marks to a report's counts, each by MaxIncrease at most: what is more
// comes with the next reports, as counts are cumulative. It returns by how much each
// counter exceeded its mark, and which had none. A lower count, which is a report that comes late or
// again, a restored file, or another machine with a copied id, changes nothing:
// totals may then be short, and never too high.
func (m marks) raise(counters []wire.Counter) (increases []uint64, fresh []bool, err error) {
	increases, fresh = make([]uint64, len(counters)), make([]bool, len(counters))
	hashes := make([]uint64, len(counters))
	added := 0
	for i, c := range counters {
		hashes[i] = counterHash(c)
		mark, ok := m[hashes[i]]
		if !ok {
			added++
			fresh[i] = true
		}
		if c.Count <= mark {
			continue
		}
		increases[i] = min(c.Count-mark, MaxIncrease)
	}
	if len(m)+added > MaxMarks {
		return nil, nil, &Refusal{fmt.Sprintf("more than %d commands and exit codes of one id", MaxMarks)}
	}
	for i, increase := range increases {
		if increase > 0 {
			m[hashes[i]] += increase
		}
	}
	return increases, fresh, nil
}

func counterHash(c wire.Counter) uint64 {
	hash := fnv.New64a()
	hash.Write([]byte(c.Path))
	hash.Write([]byte{0, byte(c.ExitCode), byte(c.ExitCode >> 8)})
	return hash.Sum64()
}
