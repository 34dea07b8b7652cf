import { useEffect, useState } from 'react';
import { type Colors, readColors } from './colors.ts';

/** The theme's colours; new ones when the theme changes, by choice or with the system. */
export function useColors(): Colors {
  const [colors, setColors] = useState<Colors>(readColors);
  useEffect(() => {
    const update = () => setColors(readColors());
    const media = window.matchMedia('(prefers-color-scheme: dark)');
    const observer = new MutationObserver(update);
    media.addEventListener('change', update);
    observer.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });
    update();
    return () => {
      media.removeEventListener('change', update);
      observer.disconnect();
    };
  }, []);
  return colors;
}
