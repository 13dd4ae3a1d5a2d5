package dialect

// embedFamilies embed texts.
func embedFamilies() []spec {
	return []spec{titanEmbed(), titanEmbedV1(), cohereEmbed(), cohereEmbedV4(), ownEmbed(), ownEmbedTexts()}
}
