package estimate

import "math"

// How many bytes of a body make a token where the ledger has no example: English
// prose has about four, long words and markup six, other scripts two and fewer.
const (
	likelyBytes = 4
	mostBytes   = 6
	leastBytes  = 2
)

// leastOutput is the shortest answer that is expected of a model, in tokens.
const leastOutput = 4

// drift is how far calls to come may be from those of the past, besides chance.
const drift = 1.2

// tokens fills the tokens and the cost.
func (l *Line) tokens(q Question, f findings) {
	none := Figure{Known: true}
	if !q.Tokens || l.Calls.High == 0 {
		l.InputTokens, l.OutputTokens, l.Cost = none, none, none
		if !q.Tokens && l.Calls.High > 0 {
			l.Cost = Figure{}
			l.note("the service is not paid by tokens, so that the cost is not known")
		}
		return
	}
	l.InputTokens = l.input(q.History, f)
	if l.OutputTokens = none; !q.Silent {
		l.OutputTokens = l.output(q.History, f)
	}
	switch {
	case q.Cost != nil && q.Cost(1, 1) == 0:
		l.Cost = none
	case !l.InputTokens.Known || !l.OutputTokens.Known:
	case q.Cost == nil:
		l.note("the price of the model is not known, so that the cost is not; CALL airglow.set_price(…) sets it")
	default:
		in, out := l.InputTokens, l.OutputTokens
		l.Cost = About(Range{q.Cost(in.Low, out.Low), q.Cost(in.Likely, out.Likely), q.Cost(in.High, out.High)})
	}
}

// input is how many tokens go to the model.
func (l *Line) input(h History, f findings) Figure {
	if tokens, ok := callTokens(f); ok {
		return About(l.Calls.Range.by(tokens))
	}
	bytes, known := callBytes(f)
	if ratio, ok := h.perByte(); ok && known {
		return About(l.Calls.Range.by(bytes).by(ratio))
	}
	if mean, ok := h.perCall(func(e Example) float64 { return e.InputTokens }, h.InputTokens); ok {
		return About(l.Calls.Range.by(mean))
	}
	if !known {
		l.note("the inputs are not known, and the ledger has no call of the function, so that the tokens are not")
		return Figure{}
	}
	return About(l.Calls.Range.by(bytes).by(Range{1.0 / mostBytes, 1.0 / likelyBytes, 1.0 / leastBytes}))
}

// output is how many tokens come back.
func (l *Line) output(h History, f findings) Figure {
	most := mostOutput(f)
	if mean, ok := h.perCall(func(e Example) float64 { return e.OutputTokens }, h.OutputTokens); ok {
		// A mean of n calls is nearer to the mean of all than one of them.
		out := l.Calls.Range.by(mean)
		if most > 0 {
			out.High = min(out.High, l.Calls.High*most)
		}
		return About(out)
	}
	if most == 0 {
		if len(f.inputs) == 0 {
			return Figure{} // as input has noted
		}
		l.note("the body sets no limit to the answer, and the ledger has no call of the function, so that the tokens of answers are not known")
		return Figure{}
	}
	return About(l.Calls.Range.by(Range{min(leastOutput, most), most / 2, most}))
}

// callTokens is the mean of what calls will count for as input; false where that is
// not known of all of the sample.
func callTokens(f findings) (Range, bool) {
	for _, i := range f.inputs {
		if !i.Metered || i.Guessed {
			return Range{}, false
		}
	}
	return f.mean(func(i Input) float64 { return float64(i.Tokens) })
}

// callBytes is the mean size of the bodies that will be sent; false when none of
// the sample is known.
func callBytes(f findings) (Range, bool) {
	return f.mean(func(i Input) float64 { return float64(i.Bytes) })
}

// mean is that of the inputs which will be sent, with what chance in the sample makes
// of it.
func (f findings) mean(of func(Input) float64) (Range, bool) {
	var sizes []float64
	guessed := false
	for _, i := range f.inputs {
		if !i.Recorded {
			sizes = append(sizes, of(i))
			guessed = guessed || i.Guessed
		}
	}
	if len(sizes) == 0 {
		for _, i := range f.inputs {
			sizes = append(sizes, of(i))
		}
	}
	if len(sizes) == 0 {
		return Range{}, false
	}
	mean, deviation := moments(sizes)
	r := Exactly(mean)
	if !f.whole {
		off := 2 * deviation / math.Sqrt(float64(len(sizes)))
		r = Range{mean - off, mean, mean + off}
	}
	if guessed {
		r.Low, r.High = r.Low/2, r.High*2
	}
	return r.sorted(), true
}

// mostOutput is the mean of what answers may have; 0 when a body does not say.
func mostOutput(f findings) float64 {
	sum := 0.0
	for _, i := range f.inputs {
		if i.Most == 0 {
			return 0
		}
		sum += float64(i.Most)
	}
	return share(sum, float64(len(f.inputs)))
}

// perByte is how many tokens a byte of a body was.
func (h History) perByte() (Range, bool) {
	var ratios []float64
	tokens, bytes := 0.0, 0.0
	for _, e := range h.Examples {
		if e.Bytes > 0 && e.Counted {
			ratios = append(ratios, e.InputTokens/float64(e.Bytes))
			tokens, bytes = tokens+e.InputTokens, bytes+float64(e.Bytes)
		}
	}
	if bytes == 0 {
		return Range{}, false
	}
	_, deviation := moments(ratios)
	return around(tokens/bytes, deviation, len(ratios)), true
}

// perCall is how many tokens a call had, by the examples, or by the mean of all
// where there are none.
func (h History) perCall(of func(Example) float64, mean float64) (Range, bool) {
	var list []float64
	for _, e := range h.Examples {
		if e.Counted {
			list = append(list, of(e))
		}
	}
	if len(list) == 0 {
		return around(mean, mean/2, 1), h.Calls > 0 && mean > 0
	}
	mean, deviation := moments(list)
	return around(mean, deviation, len(list)), true
}

// around is a mean of n with the room that chance and drift need. Of one or two
// nothing tells how far others are.
func around(mean, deviation float64, n int) Range {
	if n < 3 {
		deviation = max(deviation, mean/2)
	}
	off := 2 * deviation / math.Sqrt(float64(n))
	return Range{max(mean-off, 0) / drift, mean, (mean + off) * drift}
}

// duration is how many seconds a call took.
func (h History) duration() (Range, bool) {
	var list []float64
	for _, e := range h.Examples {
		list = append(list, e.Took.Seconds())
	}
	mean, deviation := moments(list)
	return around(mean, deviation, max(len(list), 1)), len(list) > 0
}

func moments(list []float64) (mean, deviation float64) {
	for _, v := range list {
		mean += v
	}
	mean = share(mean, float64(len(list)))
	if len(list) < 2 {
		return mean, 0
	}
	sum := 0.0
	for _, v := range list {
		sum += (v - mean) * (v - mean)
	}
	return mean, math.Sqrt(sum / float64(len(list)-1))
}

// time fills how long the calls take: as many at once as may be, each as long as
// those of the past took, and no faster than the quota.
func (l *Line) time(q Question) {
	if l.Calls.High == 0 {
		l.Time = Figure{Known: true}
		return
	}
	var bounds []Range
	if took, ok := q.History.duration(); ok {
		bounds = append(bounds, l.Calls.Range.by(took).times(1/float64(max(q.Limits.AtOnce, 1))), took)
	} else {
		l.note("the ledger has no call of the function, so that the time is not known")
		return
	}
	if q.Limits.CallsPerMinute > 0 {
		bounds = append(bounds, l.Calls.Range.times(60/float64(q.Limits.CallsPerMinute)))
	}
	if q.Limits.TokensPerMinute > 0 && l.InputTokens.Known && l.OutputTokens.Known {
		bounds = append(bounds, l.InputTokens.Range.plus(l.OutputTokens.Range).times(60/float64(q.Limits.TokensPerMinute)))
	}
	var longest Range
	for _, b := range bounds {
		longest = Range{max(longest.Low, b.Low), max(longest.Likely, b.Likely), max(longest.High, b.High)}
	}
	l.Time = About(longest)
}
