package translate

import (
	"context"
	"fmt"

	"airglow/internal/model"
	"airglow/internal/neutral"
)

// The limits of batches of embeddings. A request to a server of one's own should
// not keep others waiting for long, and one to a cloud not be too large for it.
const (
	batchRequests = 32
	batchBytes    = 1 << 20
)

// BatchLimits implements model.BatchProvider. Chats go alone.
func (p *Provider) BatchLimits(req model.Request) model.BatchLimits {
	batcher, ok := p.backend.(Batcher)
	if !ok {
		return model.BatchLimits{}
	}
	q := new(question)
	if p.read(req, q) != nil || q.native || !q.family.Embeds() {
		return model.BatchLimits{}
	}
	// A request's own texts count as well; those with many go alone.
	most := batcher.MostTexts() / len(q.embed.Texts)
	if most < 2 {
		return model.BatchLimits{}
	}
	return model.BatchLimits{Requests: min(batchRequests, most), MostRequests: most, MostBytes: batchBytes}
}

// InvokeBatch implements model.BatchProvider. Requests whose bodies want the same
// kind of vectors go together, which mostly is all of them.
func (p *Provider) InvokeBatch(ctx context.Context, reqs []model.Request) ([]model.Result, error) {
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("call provider %s: %w", p.Name(), err)
	}
	results := make([]model.Result, len(reqs))
	parties, err := p.parties(reqs, results)
	if err != nil {
		return nil, err
	}
	for _, party := range parties {
		if err := p.embedParty(ctx, party, results); err != nil {
			if len(parties) == 1 || ctx.Err() != nil {
				return nil, err
			}
			party.fail(results, err)
		}
	}
	return results, nil
}

// party are the questions of a batch that go together, with their places in it.
type party struct {
	questions []*question
	places    []int
}

// parties reads a batch. A request that cannot be read has its error at its place.
func (p *Provider) parties(reqs []model.Request, results []model.Result) (list []*party, err error) {
	type wish struct {
		truncate, purpose string
		dimensions        int
	}
	shortener, _ := p.backend.(Shortener)
	byWish := map[wish]*party{}
	for i, req := range reqs {
		q := new(question)
		failure := p.read(req, q)
		if failure == nil && !q.family.Embeds() {
			failure = refusal("only requests for embeddings travel together")
		}
		if failure != nil {
			results[i].Err, err = failure, failure
			continue
		}
		w := wish{truncate: q.embed.Truncate, purpose: q.embed.Purpose}
		if shortener != nil && shortener.Shortens(q.embed.Model) {
			w.dimensions = q.embed.Dimensions
		}
		if byWish[w] == nil {
			byWish[w] = &party{}
			list = append(list, byWish[w])
		}
		byWish[w].questions = append(byWish[w].questions, q)
		byWish[w].places = append(byWish[w].places, i)
	}
	if len(list) > 0 {
		err = nil
	}
	return list, err
}

// embedParty asks once for all texts of a party and gives each question its own.
func (p *Provider) embedParty(ctx context.Context, party *party, results []model.Result) error {
	all := party.questions[0].embed
	all.Texts = nil
	for _, q := range party.questions {
		all.Texts = append(all.Texts, q.embed.Texts...)
	}
	vectors, err := p.backend.Embed(ctx, all)
	if err != nil {
		return err
	}
	if len(vectors.Floats) != len(all.Texts) {
		return party.questions[0].badAnswer(fmt.Sprintf("%d vectors came for %d texts", len(vectors.Floats), len(all.Texts)))
	}
	shares := p.shareUsage(vectors.Usage, party.questions)
	for i, q := range party.questions {
		n := len(q.embed.Texts)
		own := neutral.Vectors{Floats: vectors.Floats[:n:n], Usage: shares[i]}
		vectors.Floats = vectors.Floats[n:]
		r := &results[party.places[i]]
		r.Response, r.Err = q.vectors(own)
	}
	return nil
}

// shareUsage divides what a batch used: as the backend counts, or by the lengths of
// the texts, so that the shares add up to what the server counted.
func (p *Provider) shareUsage(u model.Usage, questions []*question) []model.Usage {
	shares := make([]model.Usage, len(questions))
	if !u.Known {
		return shares
	}
	if counter, ok := p.backend.(TextCounter); ok {
		for i, q := range questions {
			shares[i] = model.Usage{InputTokens: counter.CountTexts(q.embed.Texts), Known: true}
		}
		return shares
	}
	var total, before, given int64
	for _, q := range questions {
		total += q.bytes()
	}
	for i, q := range questions {
		before += q.bytes()
		upTo := u.InputTokens
		if total > 0 {
			upTo = int64(float64(u.InputTokens) * float64(before) / float64(total))
		}
		shares[i] = model.Usage{InputTokens: upTo - given, Known: true}
		given = upTo
	}
	return shares
}

func (q *question) bytes() (n int64) {
	for _, text := range q.embed.Texts {
		n += int64(len(text))
	}
	return n
}

// fail gives each request of a party its failure, beside others that have answers.
// Whose fault it was is not known: of several, each is to be tried by itself,
// which a bad answer brings about.
func (party *party) fail(results []model.Result, err error) {
	if len(party.places) > 1 && !model.Retryable(err) {
		err = party.questions[0].badAnswer("it tells not which of several texts it is about: " + model.Message(err))
	}
	for _, i := range party.places {
		results[i].Err = err
	}
}
