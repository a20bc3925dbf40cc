import type { ElementType } from "react";

interface Props {
  html: string;
  as?: ElementType;
  className?: string;
  id?: string;
}

/** HTML made by this server from text with maths (server/rich-text.server.ts), which escapes everything else. */
export function Html({ html, as: Tag = "span", ...rest }: Props) {
  // biome-ignore lint/security/noDangerouslySetInnerHtml: the only door for typeset maths and code; its makers escape
  return <Tag {...rest} dangerouslySetInnerHTML={{ __html: html }} />;
}
