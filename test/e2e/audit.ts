/** A small accessibility audit of a page: accessible names and contrast of text. */
import type { Page } from 'playwright-core';
import { contrast, type Rgb } from '../../server/drawing/colour.js';

/** Roles that need an accessible name. */
const NAMED = new Set(['button', 'combobox', 'listbox', 'link', 'textbox', 'image', 'img', 'meter', 'progressbar', 'progress', 'region', 'group', 'list', 'slider', 'checkbox', 'radio']);

interface AxNode {
  readonly ignored: boolean;
  readonly role?: { readonly value: string };
  readonly name?: { readonly value: string };
  readonly nodeId: string;
}

/** Nodes of Chromium's accessibility tree that are not ignored, in document order. */
export async function accessibleTree(page: Page): Promise<{ role: string; name: string }[]> {
  const session = await page.context().newCDPSession(page);
  const { nodes } = await session.send('Accessibility.getFullAXTree') as { nodes: AxNode[] };
  await session.detach();
  return nodes.filter(({ ignored }) => !ignored).map(({ role, name }) => ({ role: role?.value ?? '', name: name?.value ?? '' }));
}

/** Roles of elements that need a name and have none. */
export async function unnamedElements(page: Page): Promise<string[]> {
  return (await accessibleTree(page)).filter(({ role, name }) => NAMED.has(role) && name.trim() === '').map(({ role }) => role);
}

/** Texts whose contrast with their background is below WCAG AA: 4.5, or 3 for large text. */
export async function lowContrastTexts(page: Page): Promise<string[]> {
  const written = await page.evaluate(() => {
    const found: { text: string; color: string; background: string; isLarge: boolean }[] = [];
    const visit = (root: Document | ShadowRoot): void => {
      for (const element of root.querySelectorAll('*')) {
        if (element.shadowRoot) visit(element.shadowRoot);
        const text = [...element.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE).map((node) => node.textContent?.trim()).join('');
        if (text === '' || element.getClientRects().length === 0 || element.closest('.visually-hidden') || ['STYLE', 'SCRIPT', 'NOSCRIPT', 'TITLE'].includes(element.tagName)) continue;
        const style = getComputedStyle(element);
        let behind: Element | null = element;
        while (behind && /rgba\(.*, 0\)|transparent/.test(getComputedStyle(behind).backgroundColor)) {
          behind = behind.parentElement ?? (behind.getRootNode() as ShadowRoot).host ?? null;
        }
        const sizePx = parseFloat(style.fontSize);
        found.push({ text, color: style.color, background: behind ? getComputedStyle(behind).backgroundColor : 'rgb(255, 255, 255)', isLarge: sizePx >= 24 || (sizePx >= 18.66 && Number(style.fontWeight) >= 700) });
      }
    };
    visit(document);
    return found;
  });
  const rgb = (color: string): Rgb => color.match(/[\d.]+/g)!.slice(0, 3).map(Number) as unknown as Rgb;
  return written.filter(({ color, background, isLarge }) => contrast(rgb(color), rgb(background)) < (isLarge ? 3 : 4.5))
    .map(({ text, color, background }) => `${JSON.stringify(text)} ${color} on ${background}`);
}
