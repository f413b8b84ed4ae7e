package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"

	"github.com/hashicorp/hcl/v2"
	golang "github.com/pulumi/pulumi/pkg/v3/codegen/go"
	"github.com/pulumi/pulumi/pkg/v3/codegen/nodejs"
	"github.com/pulumi/pulumi/pkg/v3/codegen/pcl"
	"github.com/pulumi/pulumi/pkg/v3/codegen/python"
	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
	"github.com/pulumi/pulumi/pkg/v3/importer"
	"github.com/pulumi/pulumi/pkg/v3/resource"
	"github.com/pulumi/pulumi/pkg/v3/resource/stack"
	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
)

// printers have the program that a language's host prints, and the file of it that has the resources.
var printers = map[string]struct {
	generate func(*pcl.Program) (map[string][]byte, hcl.Diagnostics, error)
	file     string
}{
	"go":     {golang.GenerateProgram, "main.go"},
	"nodejs": {nodejs.GenerateProgram, "index.ts"},
	"python": {python.GenerateProgram, "__main__.py"},
}

// imported prints the program that `pulumi import` prints for what a stack has of the package, as it does with a
// language host of the engine's own version: from is what `pulumi stack export --show-secrets` gives, without the
// name of who has encrypted it.
func imported(language string, pkg *schema.Package, from io.Reader, to io.Writer) error {
	printer, known := printers[language]
	if !known {
		return fmt.Errorf("no program is printed in %q: go, nodejs or python", language)
	}
	var exported apitype.UntypedDeployment
	if err := json.NewDecoder(from).Decode(&exported); err != nil {
		return fmt.Errorf("a stack's export: %w", err)
	}
	snapshot, err := stack.DeserializeUntypedDeployment(context.Background(), &exported, nil)
	if err != nil {
		return err
	}
	var states []*resource.State
	for _, state := range snapshot.Resources {
		if string(state.Type.Package()) == pkg.Name {
			states = append(states, state)
		}
	}
	loader := alone{schema.NewPluginLoader(nil), pkg}
	write := func(w io.Writer, program *pcl.Program) error {
		files, _, err := printer.generate(program)
		if err != nil {
			return err
		}
		_, err = w.Write(files[printer.file])
		return err
	}
	return importer.GenerateLanguageDefinitions(to, loader, write, states, snapshot.Resources, nil)
}

// alone is a loader of one package, whatever is asked for: a plugin to ask there is none.
type alone struct {
	schema.ReferenceLoader
	pkg *schema.Package
}

func (loader alone) LoadPackageV2(context.Context, *schema.PackageDescriptor) (*schema.Package, error) {
	return loader.pkg, nil
}

func (loader alone) LoadPackageReferenceV2(
	context.Context, *schema.PackageDescriptor,
) (schema.PackageReference, error) {
	return loader.pkg.Reference(), nil
}
