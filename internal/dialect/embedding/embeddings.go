// Package embedding has the families of embeddings: Titan's, Cohere's, and those of the
// encoder that is built in. vector.go has what they do with vectors.
package embedding

import "airglow/internal/dialect/form"

// Families are all of them, in the order in which a body is tried.
func Families() []form.Spec {
	return []form.Spec{titanEmbed(), titanEmbedV1(), cohereEmbed(), cohereEmbedV4(), ownEmbed(), ownEmbedTexts()}
}
