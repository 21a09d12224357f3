package sink

import (
	"errors"
	"slices"
)

// batchSize is the largest number of samples in one request; Grafana Cloud's
// writers use it too.
const batchSize = 5000

// splits bounds how many more requests one batch may cost when its receiver
// refuses it. Finding one bad sample among 5,000 takes 26.
const splits = 128

// inBatches sends samples in order, a batch at a time. A receiver refuses a
// whole batch for one bad sample in it: errBad from send has the batch halved
// until the bad ones are alone, so that they do not cost the others. What send
// refuses otherwise is refused as it is.
func inBatches(samples []Sample, send func([]Sample) error) error {
	var all Refused
	for batch := range slices.Chunk(samples, batchSize) {
		budget := splits
		if err := halve(batch, &budget, &all, send); err != nil {
			return err
		}
	}
	if all.Samples > 0 {
		return &all
	}
	return nil
}

// errBad is a refusal because of what is in the batch, not of who sends it or where.
type errBad struct{ Refused }

func halve(batch []Sample, budget *int, all *Refused, send func([]Sample) error) error {
	err := send(batch)
	var bad *errBad
	if errors.As(err, &bad) && len(batch) > 1 && *budget >= 2 {
		*budget -= 2
		middle := len(batch) / 2
		if err := halve(batch[:middle], budget, all, send); err != nil {
			return err
		}
		return halve(batch[middle:], budget, all, send)
	}
	var refused *Refused
	switch {
	case bad != nil:
		refused = &Refused{Reason: bad.Reason, Samples: len(batch)}
	case !errors.As(err, &refused):
		return err
	}
	all.add(refused.Samples, refused.Reason)
	return nil
}

func (r *Refused) add(samples int, reason string) {
	if samples <= 0 {
		return
	}
	if r.Samples == 0 {
		r.Reason = reason
	}
	r.Samples += samples
}

// joinRefused adds what was refused before the socket to the outcome of
// sending the rest.
func joinRefused(before Refused, err error) error {
	var after *Refused
	if err != nil && !errors.As(err, &after) {
		return err
	}
	if after != nil {
		before.add(after.Samples, after.Reason)
	}
	if before.Samples == 0 {
		return nil
	}
	return &before
}
