package main

import (
	"bytes"
	"image"
	"image/png"
	"io"
	"net/http"
)

// emptyLogo answers whatever is asked for with a picture that shows nothing: the generator asks a server for a logo, also
// where the schema has none.
type emptyLogo struct{}

func (emptyLogo) RoundTrip(*http.Request) (*http.Response, error) {
	var picture bytes.Buffer
	if err := png.Encode(&picture, image.NewAlpha(image.Rect(0, 0, 64, 64))); err != nil {
		return nil, err
	}
	return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(&picture)}, nil
}
