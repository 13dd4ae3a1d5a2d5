package language

import "math"

// node is a leaf, which is a label, or a question with two sides. The question of
// a node is the row of the output's weights of its number less the labels'.
type node struct {
	no, yes int // 0 for a leaf: no side is the first label's leaf and another's side at once
	leaf    bool
	count   int
}

// growTree makes the tree of labels, which stand in the order of how often they
// occurred, the commonest first: again and again the two rarest nodes become sides
// of a new one (Huffman's tree).
func growTree(counts []int) []node {
	labels := len(counts)
	tree := make([]node, 2*labels-1)
	for i := range tree {
		tree[i] = node{leaf: i < labels, count: math.MaxInt}
		if i < labels {
			tree[i].count = counts[i]
		}
	}
	leaf, inner := labels-1, labels
	rarest := func() int {
		if leaf >= 0 && tree[leaf].count < tree[inner].count {
			leaf--
			return leaf + 1
		}
		inner++
		return inner - 1
	}
	for i := labels; i < len(tree); i++ {
		no := rarest()
		yes := rarest()
		tree[i].no, tree[i].yes = no, yes
		tree[i].count = add(tree[no].count, tree[yes].count)
	}
	return tree
}

// add keeps a sum of counts, which a damaged file may have any of, below what
// stands for none.
func add(a, b int) int {
	const most = math.MaxInt - 1
	if a > most-b {
		return most
	}
	return a + b
}

// walk returns the likeliest leaf, and its probability, which is the product of
// those of the answers on the way to it.
func (d *Detector) walk(mean []float32) (leaf int, share float64) {
	best, bestScore := 0, math.Inf(-1)
	// Ways that have become less likely than the best leaf are left.
	type way struct {
		at    int
		score float64
	}
	for open := []way{{len(d.tree) - 1, 0}}; len(open) > 0; {
		w := open[len(open)-1]
		open = open[:len(open)-1]
		n := d.tree[w.at]
		switch {
		case w.score < bestScore:
		case n.leaf:
			best, bestScore = w.at, w.score
		default:
			yes := 1 / (1 + math.Exp(-d.output.dot(mean, w.at-len(d.labels))))
			// What fastText adds keeps the logarithm finite.
			const tiny = 1e-5
			open = append(open, way{n.no, w.score + math.Log(1-yes+tiny)}, way{n.yes, w.score + math.Log(yes+tiny)})
		}
	}
	return best, min(math.Exp(bestScore), 1)
}
