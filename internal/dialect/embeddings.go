package dialect

import (
	"airglow/internal/dialect/form"
)

// embedFamilies embed texts.
func embedFamilies() []form.Spec {
	return []form.Spec{titanEmbed(), titanEmbedV1(), cohereEmbed(), cohereEmbedV4(), ownEmbed(), ownEmbedTexts()}
}
