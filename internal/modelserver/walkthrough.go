package modelserver

import (
	"regexp"
	"strings"
)

// foods are what the walkthrough of examples looks for in what is told of each
// country.
var foods = map[string]string{
	"India": "rice", "China": "noodles", "United States": "Hamburgers", "Indonesia": "Nasi goreng", "Brazil": "Feijoada",
	"Mexico": "Tacos", "Japan": "sushi", "Italy": "Pasta", "Ethiopia": "Injera", "Peru": "Ceviche",
}

var product = regexp.MustCompile(`Fjellcloud [A-Z]\w+`)

// Summary is what Tell makes of a text, with quotes and scripts in it that JSON has
// to bring through.
const Summary = `A "short" summary: 夜光 \ nothing more.`

// Tell answers the questions of the walkthrough in examples, always in the same way.
func Tell(prompt string) string {
	switch {
	case strings.Contains(prompt, "popular?") || strings.Contains(prompt, "loved most"):
		for country, food := range foods {
			if strings.Contains(prompt, country) {
				return "It is \"" + food + "\"."
			}
		}
		return "It is unknown."
	case strings.Contains(prompt, "product name"):
		if found := product.FindString(prompt); found != "" {
			return found
		}
		return "Fjellcloud"
	default:
		return Summary
	}
}
