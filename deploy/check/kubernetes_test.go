// Package check decodes the deployment files with the types of the systems that
// read them. It is a module of its own, because those are large.
package check

import (
	"bytes"
	"os"
	"testing"

	apps "k8s.io/api/apps/v1"
	core "k8s.io/api/core/v1"
	networking "k8s.io/api/networking/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"
)

type manifests struct {
	set     apps.StatefulSet
	service core.Service
	ingress networking.Ingress
	policy  networking.NetworkPolicy
}

func decode(t *testing.T, file string) manifests {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var m manifests
	into := map[meta.TypeMeta]any{
		{APIVersion: "apps/v1", Kind: "StatefulSet"}:                &m.set,
		{APIVersion: "v1", Kind: "Service"}:                         &m.service,
		{APIVersion: "networking.k8s.io/v1", Kind: "Ingress"}:       &m.ingress,
		{APIVersion: "networking.k8s.io/v1", Kind: "NetworkPolicy"}: &m.policy,
	}
	for _, document := range bytes.Split(text, []byte("\n---\n")) {
		var kind meta.TypeMeta
		if err := yaml.Unmarshal(document, &kind); err != nil {
			t.Fatal(err)
		}
		object, ok := into[kind]
		if !ok {
			t.Fatalf("%v is there twice, or is not known here", kind)
		}
		delete(into, kind)
		if err := yaml.UnmarshalStrict(document, object); err != nil {
			t.Errorf("%v: %v", kind, err)
		}
	}
	for kind := range into {
		t.Errorf("no %v", kind)
	}
	return m
}

func TestManifestsAreWhatKubernetesReads(t *testing.T) {
	m := decode(t, "../kubernetes/collector.yaml")
	pod := m.set.Spec.Template.Spec
	labels := m.set.Spec.Template.Labels
	if len(pod.Containers) != 1 {
		t.Fatalf("%d containers", len(pod.Containers))
	}
	container := pod.Containers[0]
	for _, selector := range []map[string]string{m.set.Spec.Selector.MatchLabels, m.service.Spec.Selector, m.policy.Spec.PodSelector.MatchLabels} {
		if len(selector) == 0 {
			t.Error("an empty selector")
		}
		for name, value := range selector {
			if labels[name] != value {
				t.Errorf("the pod has no label %s=%s", name, value)
			}
		}
	}
	if m.set.Spec.ServiceName != m.service.Name {
		t.Errorf("serviceName %s", m.set.Spec.ServiceName)
	}

	ports := map[string]int32{}
	for _, port := range container.Ports {
		ports[port.Name] = port.ContainerPort
	}
	servicePorts := map[string]bool{}
	for _, port := range m.service.Spec.Ports {
		servicePorts[port.Name] = true
		if ports[port.TargetPort.StrVal] == 0 {
			t.Errorf("the container has no port %v", port.TargetPort)
		}
	}
	for _, probe := range []*core.Probe{container.StartupProbe, container.ReadinessProbe, container.LivenessProbe} {
		if probe == nil || probe.HTTPGet == nil || ports[probe.HTTPGet.Port.StrVal] != 8081 {
			t.Errorf("probe %v", probe)
		}
	}
	for _, rule := range m.ingress.Spec.Rules {
		for _, path := range rule.HTTP.Paths {
			if path.Path != "/telemetry" || path.Backend.Service.Name != m.service.Name || !servicePorts[path.Backend.Service.Port.Name] ||
				path.Backend.Service.Port.Name != "public" {
				t.Errorf("the ingress passes %s to %v", path.Path, path.Backend.Service)
			}
		}
	}

	volumes := map[string]bool{}
	for _, volume := range pod.Volumes {
		volumes[volume.Name] = true
	}
	for _, claim := range m.set.Spec.VolumeClaimTemplates {
		volumes[claim.Name] = true
	}
	for _, mount := range container.VolumeMounts {
		if !volumes[mount.Name] {
			t.Errorf("no volume %s", mount.Name)
		}
	}
	security := container.SecurityContext
	if security == nil || !*security.ReadOnlyRootFilesystem || *security.AllowPrivilegeEscalation || *pod.SecurityContext.RunAsUser != 65532 || !*pod.SecurityContext.RunAsNonRoot {
		t.Errorf("security context %v", security)
	}
}
