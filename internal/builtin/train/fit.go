package main

import (
	"math"

	"airglow/internal/builtin/sentiment"
)

// row is one case to learn from.
type row struct {
	features []float64
	class    int
}

// fit finds the weights that make the known classes likeliest, less penalty
// times the sum of their squares (multinomial logistic regression). It goes
// down the gradient with momentum from zero; there is one minimum and no
// chance in it.
func fit(rows []row, classes int, penalty float64) sentiment.Linear {
	const (
		steps    = 600
		rate     = 0.3
		momentum = 0.9
	)
	width := len(rows[0].features)
	l, speed := zero(classes, width), zero(classes, width)
	weight := balance(rows, classes)
	for step := range steps {
		g := gradient(l, rows, weight)
		// A rate that falls to a tenth settles the last digits.
		r := rate * (0.1 + 0.9*0.5*(1+math.Cos(math.Pi*float64(step)/steps)))
		for c := range l.Weights {
			for i := range l.Weights[c] {
				speed.Weights[c][i] = momentum*speed.Weights[c][i] - r*(g.Weights[c][i]+penalty*l.Weights[c][i])
				l.Weights[c][i] += speed.Weights[c][i]
			}
			speed.Bias[c] = momentum*speed.Bias[c] - r*g.Bias[c]
			l.Bias[c] += speed.Bias[c]
		}
	}
	return l
}

func zero(classes, width int) sentiment.Linear {
	l := sentiment.Linear{Bias: make([]float64, classes)}
	for range classes {
		l.Weights = append(l.Weights, make([]float64, width))
	}
	return l
}

// balance returns a weight per class that makes all classes count alike,
// divided by the number of rows.
func balance(rows []row, classes int) []float64 {
	n := make([]float64, classes)
	for _, r := range rows {
		n[r.class]++
	}
	for c := range n {
		if n[c] > 0 {
			n[c] = 1 / (n[c] * float64(classes))
		}
	}
	return n
}

// gradient is the slope of the mean loss.
func gradient(l sentiment.Linear, rows []row, weight []float64) sentiment.Linear {
	g := zero(len(l.Weights), len(l.Weights[0]))
	for _, r := range rows {
		p := l.Probabilities(r.features)
		p[r.class]--
		for c := range p {
			d := weight[r.class] * p[c]
			g.Bias[c] += d
			for i, f := range r.features {
				g.Weights[c][i] += d * f
			}
		}
	}
	return g
}
