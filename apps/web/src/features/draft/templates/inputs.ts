import { parseCidr, type TemplatePort } from '@bulkhead/policy-engine';

/** `TCP 80, UDP 53, http` as ports; the protocol is TCP where none is named. */
export function parsePorts(
  text: string,
): { readonly ports: readonly TemplatePort[] } | { readonly problem: string } {
  const ports: TemplatePort[] = [];
  for (const part of text.split(',').map((piece) => piece.trim())) {
    if (part === '') continue;
    const [, protocol = 'TCP', port = ''] = /^(?:(tcp|udp|sctp)[\s/]+)?(\S+)$/i.exec(part) ?? [];
    const upper = protocol.toUpperCase();
    if (upper !== 'TCP' && upper !== 'UDP' && upper !== 'SCTP') return { problem: `"${part}" is no port.` };
    const number = Number(port);
    if (/^\d+$/.test(port)) {
      if (number < 1 || number > 65_535) return { problem: `Port ${port} is not between 1 and 65535.` };
      ports.push({ protocol: upper, port: number });
    } else if (/^[a-z0-9](?:[a-z0-9-]{0,13}[a-z0-9])?$/.test(port) && /[a-z]/.test(port)) {
      ports.push({ protocol: upper, port });
    } else return { problem: `"${part}" is no port: write TCP 8080, UDP 53, or a name such as http.` };
  }
  return ports.length === 0 ? { problem: 'Name at least one port.' } : { ports };
}

/** `10.0.0.0/8 except 10.1.0.0/16, 10.2.0.0/16`. */
export function parseCidrs(
  text: string,
): { readonly cidr: string; readonly except: readonly string[] } | { readonly problem: string } {
  const [cidr = '', rest = ''] = text.split(/\s+except\s+/);
  const except = rest.split(/[\s,]+/).filter((part) => part !== '');
  for (const part of [cidr.trim(), ...except]) {
    if (parseCidr(part) === undefined) return { problem: `"${part}" is no CIDR block such as 10.0.0.0/8.` };
  }
  return { cidr: cidr.trim(), except };
}
